#ifndef TESTS_MODULES_PURE_VIRTUAL_H_
#define TESTS_MODULES_PURE_VIRTUAL_H_

// A pure virtual call that optimizers keep. The classes are not in an unnamed
// namespace, where optimizers know all derived classes and call the function of
// the only one.

namespace relib_test::pure_virtual {

struct Base;
inline void CallPure(Base* base);
// Volatile, so that optimizers do not see what the constructor calls.
inline void (*volatile call_pure)(Base* base) = CallPure;

struct Base {
  Base() { call_pure(this); }
  virtual ~Base() = default;
  virtual void Pure() = 0;
};
void CallPure(Base* base) { base->Pure(); }

struct Derived : Base {
  void Pure() override {}
};

}  // namespace relib_test::pure_virtual

namespace relib_test {

// Ends the program, as the C++ runtime does at a pure virtual call.
inline void CallPureVirtual() { pure_virtual::Derived(); }

}  // namespace relib_test

#endif  // TESTS_MODULES_PURE_VIRTUAL_H_
