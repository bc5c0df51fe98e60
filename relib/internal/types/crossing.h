#ifndef RELIB_INTERNAL_TYPES_CROSSING_H_
#define RELIB_INTERNAL_TYPES_CROSSING_H_

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

#include "relib/borrowed.h"
#include "relib/internal/types/fields.h"
#include "relib/internal/types/type_text.h"
#include "relib/internal/types/verdict.h"
#include "relib/transfer.h"

// Decides which types may cross the boundary. docs/interfaces.md has the rules
// with examples; refusal.h explains the refusals to the user.

namespace relib::internal {

enum class Crossing {
  // Copied bit by bit: it owns nothing.
  kTrivial,
  // It can be copied with everything that it owns.
  kDeepCopy,
  // Points to something that it doesn't own; valid during the call.
  kBorrowed,
};

// The reason why a type may not cross.
enum class Refusal {
  // A part of it may not.
  kPart,
  kSharedOwnership,
  kErasedType,
  kExceptionPointer,
  kIterator,
  kPointsIntoRuntime,
  kResource,
  kAllocator,
  kDeleter,
  kArrayPointer,
  kMutableSpan,
  kReference,
  kHiddenFields,
  kTransferIsWrong,
  kUnknownStandardType,
  kNotAnObject,
};

using CrossingVerdict = Verdict<Crossing, Refusal>;

// The verdict on a type without regard to its parts, and the parts. Specialized
// below and by types of relib's own.
template <typename T>
struct CrossingRule;

template <typename T, typename... Path>
constexpr CrossingVerdict VerdictOn();

// The worst of the parts decides: refused, borrowed, deep.
template <typename... Path, typename... Parts>
constexpr CrossingVerdict Combine(CrossingVerdict own, TypeList<Parts...>) {
  if (own.is_refused()) return own;
  for (const CrossingVerdict part :
       {CrossingVerdict(Crossing::kTrivial),
        VerdictOn<std::remove_const_t<Parts>, Path...>()...}) {
    if (part.is_refused()) return Refusal::kPart;
    if (part == Crossing::kBorrowed) own = part;
    if (part == Crossing::kDeepCopy && own == Crossing::kTrivial) own = part;
  }
  return own;
}

// `Path` are the classes that `T` is a part of: one that contains itself, as a
// tree does, is judged by its other parts.
template <typename T, typename... Path>
constexpr CrossingVerdict VerdictOn() {
  if constexpr ((std::is_same_v<T, Path> || ...)) {
    return Crossing::kTrivial;
  } else {
    using Rule = CrossingRule<T>;
    return Combine<T, Path...>(Rule::kOwn, typename Rule::Parts());
  }
}

template <typename T>
constexpr CrossingVerdict CrossingOf() {
  return VerdictOn<std::remove_const_t<T>>();
}

template <typename T>
struct TemplateArguments {
  using Types = TypeList<>;
};
template <template <typename...> typename Template, typename... Ts>
struct TemplateArguments<Template<Ts...>> {
  using Types = TypeList<Ts...>;
};

template <size_t N>
constexpr bool IsOneOf(std::string_view name,
                       const std::string_view (&names)[N]) {
  for (std::string_view known : names) {
    if (name == known) return true;
  }
  return false;
}

// Their copies share nothing if those of their elements don't.
inline constexpr std::string_view kDeepTemplates[] = {
    "std::basic_string",
    "std::deque",
    "std::expected",
    "std::forward_list",
    "std::list",
    "std::map",
    "std::multimap",
    "std::multiset",
    "std::optional",
    "std::pair",
    "std::priority_queue",
    "std::queue",
    "std::set",
    "std::stack",
    "std::tuple",
    "std::unexpected",
    "std::unordered_map",
    "std::unordered_multimap",
    "std::unordered_multiset",
    "std::unordered_set",
    "std::valarray",
    "std::variant",
    "std::vector",
};

struct RefusedName {
  std::string_view name;
  Refusal refusal;
};
inline constexpr RefusedName kRefusedTemplates[] = {
    {"std::shared_ptr", Refusal::kSharedOwnership},
    {"std::weak_ptr", Refusal::kSharedOwnership},
    {"std::function", Refusal::kErasedType},
    {"std::move_only_function", Refusal::kErasedType},
    {"std::packaged_task", Refusal::kErasedType},
    {"std::future", Refusal::kErasedType},
    {"std::shared_future", Refusal::kErasedType},
    {"std::promise", Refusal::kErasedType},
    {"std::coroutine_handle", Refusal::kErasedType},
    {"std::reference_wrapper", Refusal::kReference},
    {"std::reverse_iterator", Refusal::kIterator},
    {"std::move_iterator", Refusal::kIterator},
    {"std::initializer_list", Refusal::kReference},
    {"std::atomic", Refusal::kResource},
};
inline constexpr RefusedName kRefusedClasses[] = {
    {"std::any", Refusal::kErasedType},
    {"std::type_index", Refusal::kPointsIntoRuntime},
    {"std::type_info", Refusal::kPointsIntoRuntime},
    {"std::error_code", Refusal::kPointsIntoRuntime},
    {"std::error_condition", Refusal::kPointsIntoRuntime},
    {"std::source_location", Refusal::kPointsIntoRuntime},
    {"std::locale", Refusal::kPointsIntoRuntime},
    {"std::thread", Refusal::kResource},
    {"std::jthread", Refusal::kResource},
    {"std::mutex", Refusal::kResource},
    {"std::condition_variable", Refusal::kResource},
};

template <size_t N>
constexpr const RefusedName* FindRefusal(std::string_view name,
                                         const RefusedName (&names)[N]) {
  for (const RefusedName& known : names) {
    if (name == known.name) return &known;
  }
  return nullptr;
}

template <typename T>
constexpr bool HasForeignAllocator() {
  if constexpr (requires { typename T::allocator_type; }) {
    return !IsStandardTemplate<typename T::allocator_type>("std::allocator");
  } else {
    return false;
  }
}

// Without the allocators and comparisons of containers.
template <typename T>
constexpr CrossingVerdict StandardTypeRule() {
  const Text name = StandardTemplate<T>();
  if (name.empty()) {
    const std::string_view whole = CompilerName<T>();
    if (whole.find("exception_ptr") != std::string_view::npos) {
      return Refusal::kExceptionPointer;
    }
    if (const RefusedName* const refused =
            FindRefusal(WithoutInlineNamespaces(whole), kRefusedClasses)) {
      return refused->refusal;
    }
    if (whole.starts_with("std::filesystem::") && whole.ends_with("::path")) {
      return Crossing::kDeepCopy;
    }
  }
  if (IsOneOf(name, kDeepTemplates)) {
    if (HasForeignAllocator<T>()) return Refusal::kAllocator;
    return Crossing::kDeepCopy;
  }
  if (const RefusedName* const refused = FindRefusal(name, kRefusedTemplates)) {
    return refused->refusal;
  }
  if (name == "std::basic_string_view") return Crossing::kBorrowed;
  if (name == "std::polymorphic_allocator") return Refusal::kAllocator;
  if (name.empty() ? CompilerName<T>().starts_with("std::bitset<")
                   : name == "std::chrono::duration" ||
                         name == "std::chrono::time_point" ||
                         name == "std::complex" || name == "std::bitset") {
    return Crossing::kTrivial;
  }
  // std::monostate, and the allocators and comparisons of containers.
  if (std::is_empty_v<T>) return Crossing::kTrivial;
  return CompilerName<T>().find("terator") != std::string_view::npos
             ? Refusal::kIterator
             : Refusal::kUnknownStandardType;
}

// The element types alone: allocators, comparisons and traits are judged with
// the container.
template <typename T, bool kIsDeep>
struct StandardTypeParts {
  using Types = TypeList<>;
};
template <typename T>
struct StandardTypeParts<T, true> {
  using Types = typename TemplateArguments<T>::Types;
};

template <typename T>
struct StandardCrossingRule {
  static constexpr CrossingVerdict kOwn = StandardTypeRule<T>();
  using Parts =
      typename StandardTypeParts<T, kOwn == Crossing::kDeepCopy>::Types;
};

template <typename T, bool kKnown>
struct UserTypeParts {
  using Types = TypeList<>;
};
template <typename T>
struct UserTypeParts<T, true> {
  using Types = FieldTypes<T>;
};

template <typename T>
constexpr CrossingVerdict UserTypeRule() {
  if constexpr (HasTransfer<T>) {
    if (!TransferIsRight<T>) return Refusal::kTransferIsWrong;
    return Crossing::kDeepCopy;
  } else if constexpr (std::is_trivially_copyable_v<T> &&
                       std::is_standard_layout_v<T>) {
    return Crossing::kTrivial;
  } else if constexpr (kFieldsAreKnown<T>) {
    return Crossing::kDeepCopy;
  } else {
    return Refusal::kHiddenFields;
  }
}

template <typename T>
struct UserCrossingRule {
  static constexpr CrossingVerdict kOwn = UserTypeRule<T>();
  using Parts =
      typename UserTypeParts<T, kFieldsAreKnown<T> && !HasTransfer<T>>::Types;
};

// `kVerdict` is a Crossing or a Refusal.
template <auto kVerdict>
struct FixedCrossingRule {
  static constexpr CrossingVerdict kOwn = kVerdict;
  using Parts = TypeList<>;
};

// The rule for a container.
template <typename... Elements>
struct DeepCrossingRule {
  static constexpr CrossingVerdict kOwn = Crossing::kDeepCopy;
  using Parts = TypeList<Elements...>;
};

template <typename T>
constexpr auto SelectCrossingRule() {
  if constexpr (std::is_reference_v<T>) {
    return FixedCrossingRule<Refusal::kReference>();
  } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> ||
                       std::is_pointer_v<T> || std::is_null_pointer_v<T> ||
                       std::is_void_v<T>) {
    return FixedCrossingRule<Crossing::kTrivial>();
  } else if constexpr (!std::is_class_v<T> && !std::is_union_v<T>) {
    return FixedCrossingRule<Refusal::kNotAnObject>();
  } else if constexpr (CompilerName<T>().starts_with("__gnu_cxx::")) {
    // The iterators of libstdc++.
    return FixedCrossingRule<Refusal::kIterator>();
  } else if constexpr (CompilerName<T>().starts_with("std::")) {
    return StandardCrossingRule<T>();
  } else {
    return UserCrossingRule<T>();
  }
}

template <typename T>
struct CrossingRule : decltype(SelectCrossingRule<T>()) {};

template <typename T, size_t N>
struct CrossingRule<T[N]> {
  static constexpr CrossingVerdict kOwn = Crossing::kTrivial;
  using Parts = TypeList<T>;
};
template <typename T, size_t N>
struct CrossingRule<std::array<T, N>> : CrossingRule<T[N]> {};

template <typename T, size_t N>
struct CrossingRule<std::span<T, N>> {
  static constexpr CrossingVerdict kOwn =
      std::is_const_v<T> || std::is_trivially_copyable_v<T>
          ? CrossingVerdict(Crossing::kBorrowed)
          : Refusal::kMutableSpan;
  using Parts = TypeList<T>;
};

// The receiver makes an object of its own.
template <typename T>
struct CrossingRule<std::unique_ptr<T>> : DeepCrossingRule<T> {};
template <typename T>
struct CrossingRule<std::unique_ptr<T[]>>
    : FixedCrossingRule<Refusal::kArrayPointer> {};
template <typename T, typename Deleter>
struct CrossingRule<std::unique_ptr<T, Deleter>>
    : FixedCrossingRule<Refusal::kDeleter> {};

template <typename T>
struct CrossingRule<Borrowed<T>> {
  static constexpr CrossingVerdict kOwn = Crossing::kBorrowed;
  using Parts = TypeList<T>;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_TYPES_CROSSING_H_
