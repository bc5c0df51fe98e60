#ifndef RELIB_INTERNAL_TYPES_VERDICT_H_
#define RELIB_INTERNAL_TYPES_VERDICT_H_

namespace relib::internal {

// Whether a type may be used for a purpose: either how it is treated, an
// `Accepted`, or why it is refused, a `Refused`. Both are enums.
template <typename Accepted, typename Refused>
class Verdict {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): to be returned as either.
  constexpr Verdict(Accepted accepted) : accepted_(accepted) {}
  // NOLINTNEXTLINE(google-explicit-constructor): to be returned as either.
  constexpr Verdict(Refused refusal) : is_refused_(true), refusal_(refusal) {}

  constexpr bool is_refused() const { return is_refused_; }
  // Meaningless if the type is refused.
  constexpr Accepted accepted() const { return accepted_; }
  // Meaningless unless the type is refused.
  constexpr Refused refusal() const { return refusal_; }

  friend constexpr bool operator==(Verdict verdict, Accepted accepted) {
    return !verdict.is_refused_ && verdict.accepted_ == accepted;
  }
  friend constexpr bool operator==(Verdict verdict, Refused refusal) {
    return verdict.is_refused_ && verdict.refusal_ == refusal;
  }

 private:
  bool is_refused_ = false;
  Accepted accepted_ = {};
  Refused refusal_ = {};
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_TYPES_VERDICT_H_
