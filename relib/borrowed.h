#ifndef RELIB_BORROWED_H_
#define RELIB_BORROWED_H_

#include <utility>

namespace relib {

// The type of a result that is a view. The function promises that the view is
// empty or refers to one of its arguments.
//
//   relib::Export<relib::Borrowed<std::string_view>(std::string_view text)>
//       first_word;
//
// The caller may use the view as long as the argument. A view of anything else,
// such as a string literal of the module, dangles once the module is unloaded:
// return std::string or std::vector instead.
//
// T is a view (std::string_view, std::span<const U>) or an aggregate that
// contains views. Borrowed<T> costs as much as T.
template <typename T>
class Borrowed {
 public:
  constexpr Borrowed() = default;
  // NOLINTBEGIN(google-explicit-constructor): a function returns the view.
  constexpr Borrowed(T view) : view_(std::move(view)) {}
  constexpr operator const T&() const { return view_; }
  // NOLINTEND(google-explicit-constructor)

  constexpr const T& view() const { return view_; }

 private:
  T view_{};
};

}  // namespace relib

#endif  // RELIB_BORROWED_H_
