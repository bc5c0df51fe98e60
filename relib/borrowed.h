#ifndef RELIB_BORROWED_H_
#define RELIB_BORROWED_H_

#include <utility>

namespace relib {

// The result of an export or import that is a view: the function promises that
// it points into one of its arguments, or is empty.
//
//   relib::Export<relib::Borrowed<std::string_view>(std::string_view text)>
//       first_word;
//
// The caller may use it as long as the argument. A view of anything else, a
// literal of the module above all, dangles once the module is gone: return
// std::string or std::vector for that.
//
// `T` is a view (std::string_view, std::span<const U>), or an aggregate that
// holds some. Costs what `T` costs.
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
