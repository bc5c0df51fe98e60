#ifndef RELIB_INTERNAL_TYPES_FOR_EACH_H_
#define RELIB_INTERNAL_TYPES_FOR_EACH_H_

// RELIB_INTERNAL_FOR_EACH(macro, argument, a, b, ...) expands to
// macro(argument, a) macro(argument, b) ..., for up to 300 elements. Each level
// below makes the preprocessor rescan the text three times.

#define RELIB_INTERNAL_PARENTHESES ()
#define RELIB_INTERNAL_EXPAND(...) \
  RELIB_INTERNAL_EXPAND_4(         \
      RELIB_INTERNAL_EXPAND_4(RELIB_INTERNAL_EXPAND_4(__VA_ARGS__)))
#define RELIB_INTERNAL_EXPAND_4(...) \
  RELIB_INTERNAL_EXPAND_3(           \
      RELIB_INTERNAL_EXPAND_3(RELIB_INTERNAL_EXPAND_3(__VA_ARGS__)))
#define RELIB_INTERNAL_EXPAND_3(...) \
  RELIB_INTERNAL_EXPAND_2(           \
      RELIB_INTERNAL_EXPAND_2(RELIB_INTERNAL_EXPAND_2(__VA_ARGS__)))
#define RELIB_INTERNAL_EXPAND_2(...) \
  RELIB_INTERNAL_EXPAND_1(           \
      RELIB_INTERNAL_EXPAND_1(RELIB_INTERNAL_EXPAND_1(__VA_ARGS__)))
#define RELIB_INTERNAL_EXPAND_1(...) \
  RELIB_INTERNAL_EXPAND_0(           \
      RELIB_INTERNAL_EXPAND_0(RELIB_INTERNAL_EXPAND_0(__VA_ARGS__)))
#define RELIB_INTERNAL_EXPAND_0(...) __VA_ARGS__

#define RELIB_INTERNAL_FOR_EACH(macro, argument, ...) \
  __VA_OPT__(RELIB_INTERNAL_EXPAND(                   \
      RELIB_INTERNAL_FOR_EACH_STEP(macro, argument, __VA_ARGS__)))
#define RELIB_INTERNAL_FOR_EACH_STEP(macro, argument, first, ...)          \
  macro(argument, first)                                                   \
      __VA_OPT__(RELIB_INTERNAL_FOR_EACH_AGAIN RELIB_INTERNAL_PARENTHESES( \
          macro, argument, __VA_ARGS__))
#define RELIB_INTERNAL_FOR_EACH_AGAIN() RELIB_INTERNAL_FOR_EACH_STEP

#endif  // RELIB_INTERNAL_TYPES_FOR_EACH_H_
