#ifndef RELIB_INTERNAL_TYPES_TYPE_TEXT_H_
#define RELIB_INTERNAL_TYPES_TYPE_TEXT_H_

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "relib/internal/types/fields.h"
#include "relib/internal/types/text.h"
#include "relib/transfer.h"

// The text of types, at compile time. The same type has the same text in all
// binaries with the same build facts (build_info.h), whichever compiler built
// them. Two types with the same name but different layouts have different
// descriptions.

namespace relib::internal {

// Returns the name of T as the compiler prints it.
template <typename T>
consteval std::string_view CompilerName() {
#if defined(_MSC_VER) && !defined(__clang__)
  std::string_view text = __FUNCSIG__;
  const size_t begin = text.find("CompilerName<") + 13;
  const size_t end = text.rfind(">(void)");
#else
  std::string_view text = __PRETTY_FUNCTION__;
  const size_t begin = text.find("T = ") + 4;
  // GCC appends an explanation of std::string_view.
  size_t end = text.find("; std::string_view", begin);
  if (end == std::string_view::npos) end = text.rfind(']');
#endif
  return text.substr(begin, end - begin);
}

// Returns the position of the template's own arguments in the name of a
// specialization: that of the second '<' in "Outer<int>::Inner<long>".
constexpr size_t LastArguments(std::string_view name) {
  int depth = 0;
  for (size_t i = name.size(); i-- > 0;) {
    if (name[i] == '>') ++depth;
    if (name[i] == '<' && --depth == 0) return i;
  }
  return name.size();
}

// Returns the name of a template without arguments. It isn't taken from a
// specialization, because Clang prints an alias where the library prefers one
// (libc++: "std::string").
template <template <typename...> typename Template>
consteval std::string_view CompilerTemplateName() {
#if defined(_MSC_VER) && !defined(__clang__)
  std::string_view text = __FUNCSIG__;
  const size_t begin = text.find("CompilerTemplateName<") + 21;
  const size_t end = text.rfind(">(void)");
#else
  std::string_view text = __PRETTY_FUNCTION__;
  const size_t begin = text.find("Template = ") + 11;
  const size_t end = text.find_first_of(";]", begin);
#endif
  return text.substr(begin, end - begin);
}

template <typename T>
struct TemplateNameOf {
  static constexpr std::string_view kName = "";
};
template <template <typename...> typename Template, typename... Ts>
struct TemplateNameOf<Template<Ts...>> {
  static constexpr std::string_view kName = CompilerTemplateName<Template>();
};

// Returns "std::any" for "std::__v1::any". The inline namespaces of standard
// libraries begin with underscores. `name` must begin with "std::".
constexpr Text WithoutInlineNamespaces(std::string_view name) {
  name.remove_prefix(5);
  while (name.starts_with('_') && name.find("::") != std::string_view::npos) {
    name.remove_prefix(name.find("::") + 2);
  }
  Text result = "std::";
  result += name;
  return result;
}

// Returns "std::vector" for std::vector<int>, and "" if T isn't a
// specialization of a standard template. Omits inline namespaces.
template <typename T>
constexpr Text StandardTemplate() {
  constexpr std::string_view kName = TemplateNameOf<T>::kName;
  if constexpr (kName.starts_with("std::")) {
    return WithoutInlineNamespaces(kName);
  } else {
    return "";
  }
}

template <typename T>
constexpr bool IsStandardTemplate(std::string_view name) {
  return StandardTemplate<T>() == name;
}

// True for arguments that are omitted from the text: allocators, comparisons
// and the like. A type with another allocator than the default can't cross, so
// the text stays unambiguous.
template <typename T>
constexpr bool IsDefaultArgument() {
  const Text name = StandardTemplate<T>();
  return name == "std::allocator" || name == "std::less" ||
         name == "std::hash" || name == "std::equal_to" ||
         name == "std::char_traits" || name == "std::default_delete";
}

constexpr void AppendNumber(Text& out, size_t number) {
  char digits[20];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  while (count > 0) out += digits[--count];
}

// Appends the text of a type. The primary template is for fundamental types and
// those of the user.
template <typename T>
struct TypeText {
  static constexpr void Append(Text& out) { out += CompilerName<T>(); }
};

// Returns the text of T, for messages and for the manifest.
template <typename T>
constexpr Text TypeName() {
  Text out;
  TypeText<T>::Append(out);
  return out;
}

template <typename... Ts>
constexpr void AppendList(Text& out) {
  [[maybe_unused]] bool first = true;
  ((first ? void() : void(out += ", "), first = false,
    TypeText<Ts>::Append(out)),
   ...);
}

template <typename T>
constexpr void AppendArgument(Text& out, bool& first) {
  if (!first && IsDefaultArgument<T>()) return;
  if (!first) out += ", ";
  first = false;
  TypeText<T>::Append(out);
}

template <template <typename...> typename Template, typename... Ts>
struct TypeText<Template<Ts...>> {
  static constexpr void Append(Text& out) {
    using T = Template<Ts...>;
    if constexpr (std::is_same_v<T, std::string>) {
      out += "std::string";
    } else if constexpr (std::is_same_v<T, std::string_view>) {
      out += "std::string_view";
    } else {
      constexpr std::string_view kName = CompilerName<T>();
      const Text standard = StandardTemplate<T>();
      out += standard.empty() ? kName.substr(0, LastArguments(kName))
                              : std::string_view(standard);
      out += '<';
      [[maybe_unused]] bool first = true;
      (AppendArgument<Ts>(out, first), ...);
      out += '>';
    }
  }
};
template <typename T, size_t N>
struct TypeText<std::array<T, N>> {
  static constexpr void Append(Text& out) {
    out += "std::array<";
    TypeText<T>::Append(out);
    out += ", ";
    AppendNumber(out, N);
    out += '>';
  }
};
template <typename T, size_t N>
struct TypeText<std::span<T, N>> {
  static constexpr void Append(Text& out) {
    out += "std::span<";
    TypeText<T>::Append(out);
    if constexpr (N != std::dynamic_extent) {
      out += ", ";
      AppendNumber(out, N);
    }
    out += '>';
  }
};
template <typename T>
struct TypeText<const T> {
  static constexpr void Append(Text& out) {
    out += "const ";
    TypeText<T>::Append(out);
  }
};
template <typename T>
struct TypeText<T*> {
  static constexpr void Append(Text& out) {
    TypeText<T>::Append(out);
    out += '*';
  }
};
template <typename T>
struct TypeText<T* const> {
  static constexpr void Append(Text& out) {
    TypeText<T*>::Append(out);
    out += " const";
  }
};
template <typename T>
struct TypeText<T&> {
  static constexpr void Append(Text& out) {
    TypeText<T>::Append(out);
    out += '&';
  }
};
template <typename T, size_t N>
struct TypeText<T[N]> {
  static constexpr void Append(Text& out) {
    TypeText<T>::Append(out);
    out += '[';
    AppendNumber(out, N);
    out += ']';
  }
};
// The compiler considers neither an array nor its elements more const than the
// other.
template <typename T, size_t N>
struct TypeText<const T[N]> {
  static constexpr void Append(Text& out) {
    out += "const ";
    TypeText<T[N]>::Append(out);
  }
};
template <typename R, typename... A>
struct TypeText<R(A...)> {
  static constexpr void Append(Text& out) {
    TypeText<R>::Append(out);
    out += '(';
    AppendList<A...>(out);
    out += ')';
  }
};

// GCC and Clang order the words of these names differently.
#define RELIB_INTERNAL_NAMED_TYPE(type)                       \
  template <>                                                 \
  struct TypeText<type> {                                     \
    static constexpr void Append(Text& out) { out += #type; } \
  }
RELIB_INTERNAL_NAMED_TYPE(short);
RELIB_INTERNAL_NAMED_TYPE(unsigned short);
RELIB_INTERNAL_NAMED_TYPE(long);
RELIB_INTERNAL_NAMED_TYPE(unsigned long);
RELIB_INTERNAL_NAMED_TYPE(long long);
RELIB_INTERNAL_NAMED_TYPE(unsigned long long);
#undef RELIB_INTERNAL_NAMED_TYPE

template <typename T>
struct TypeLayout;

// Appends the line of a type of the user, and those of its fields' types.
template <typename T>
class UserTypeLayout {
 public:
  static constexpr void Append(Text& out) {
    Text layout = "size ";
    AppendNumber(layout, sizeof(T));
    layout += ", align ";
    AppendNumber(layout, alignof(T));
    if constexpr (HasTransfer<T>) {
      layout += ", by relib::Transfer";
      AppendLine(out, layout);
    } else if constexpr (kFieldsAreKnown<T>) {
      AppendFields(layout, FieldTypes<T>());
      if (AppendLine(out, layout)) AppendTypes(out, FieldTypes<T>());
    } else {
      AppendLine(out, layout);
    }
  }

  // Returns false if the line is already in `out`.
  static constexpr bool AppendLine(Text& out, std::string_view layout) {
    Text line = "type\t";
    TypeText<T>::Append(line);
    line += '\t';
    line += layout;
    line += '\n';
    if (std::string_view(out).find(line) != std::string_view::npos) {
      return false;
    }
    out += line;
    return true;
  }

 private:
  // Appends "int x @0; unsigned int ?:3". A bit-field has no address, and so
  // its name is unknown.
  template <typename... Fields>
  static constexpr void AppendFields(Text& layout, TypeList<Fields...>) {
    constexpr auto kFields = DescribeFields<T>();
    const FieldInfo* field = kFields.data();
    std::string_view separator = ": ";
    const auto append = [&](auto append_type) {
      layout += separator;
      separator = "; ";
      append_type();
      layout += ' ';
      layout += field->name.empty() ? std::string_view("?") : field->name;
      if (field->bits != 0) {
        layout += ':';
        AppendNumber(layout, field->bits);
      }
      if (field->offset < sizeof(T)) {
        layout += " @";
        AppendNumber(layout, field->offset);
      }
      ++field;
    };
    (append([&] { TypeText<Fields>::Append(layout); }), ...);
  }

  template <typename... Fields>
  static constexpr void AppendTypes(Text& out, TypeList<Fields...>) {
    (TypeLayout<Fields>::Append(out), ...);
  }
};

// Appends a tab-separated line "type <name> <layout>", once for every type in T
// that the user defines. The build facts cover the layouts of the standard
// library.
template <typename T>
struct TypeLayout {
  static constexpr void Append(Text& out) {
    if constexpr (std::is_enum_v<T>) {
      Text layout = "enum : ";
      TypeText<std::underlying_type_t<T>>::Append(layout);
      UserTypeLayout<T>::AppendLine(out, layout);
    } else if constexpr (std::is_class_v<T> || std::is_union_v<T>) {
      if (!CompilerName<T>().starts_with("std::"))
        UserTypeLayout<T>::Append(out);
    }
  }
};
template <template <typename...> typename Template, typename... Ts>
struct TypeLayout<Template<Ts...>> {
  static constexpr void Append(Text& out) {
    (TypeLayout<Ts>::Append(out), ...);
    if constexpr (!CompilerName<Template<Ts...>>().starts_with("std::")) {
      UserTypeLayout<Template<Ts...>>::Append(out);
    }
  }
};
template <typename T, size_t N>
struct TypeLayout<std::array<T, N>> : TypeLayout<T> {};
template <typename T, size_t N>
struct TypeLayout<std::span<T, N>> : TypeLayout<T> {};
template <typename T>
struct TypeLayout<const T> : TypeLayout<T> {};
template <typename T>
struct TypeLayout<T&> : TypeLayout<T> {};
template <typename T, size_t N>
struct TypeLayout<T[N]> : TypeLayout<T> {};
template <typename T, size_t N>
struct TypeLayout<const T[N]> : TypeLayout<T> {};
// The target of a pointer doesn't cross and may be incomplete.
template <typename T>
struct TypeLayout<T*> {
  static constexpr void Append(Text&) {}
};
template <typename R, typename... A>
struct TypeLayout<R(A...)> {
  static constexpr void Append(Text& out) {
    TypeLayout<R>::Append(out);
    (TypeLayout<A>::Append(out), ...);
  }
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_TYPES_TYPE_TEXT_H_
