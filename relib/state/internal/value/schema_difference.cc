#include <map>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/manifest/layout_difference.h"
#include "relib/state/internal/value/schema.h"

namespace relib::internal {
namespace {

// Returns the layout as manifests write it, for DescribeLayoutDifference().
std::string LayoutText(const Schema& schema, const SchemaType& type) {
  std::string text =
      absl::StrCat("size ", type.size, ", align ", type.alignment);
  std::string_view separator = ": ";
  for (const SchemaPart& part : type.parts) {
    absl::StrAppend(&text, separator, schema.NameOf(part.type), " ", part.name,
                    " @", part.offset);
    separator = "; ";
  }
  if (type.kind == StateKind::kEnum) {
    text = "enum:";
    for (const SchemaEnumerator& enumerator : type.enumerators) {
      absl::StrAppend(&text, " ", enumerator.name, " = ", enumerator.value);
    }
  }
  return text;
}

std::map<std::string, std::string> LayoutTexts(const Schema& schema) {
  std::map<std::string, std::string> texts;
  for (size_t i = 0; i < schema.types().size(); ++i) {
    const SchemaType& type = schema.types()[i];
    if (type.kind == StateKind::kStruct || type.kind == StateKind::kEnum) {
      texts.try_emplace(schema.NameOf(i), LayoutText(schema, type));
    }
  }
  return texts;
}

}  // namespace

std::string DescribeSchemaDifference(const Schema& host, const Schema& module) {
  const std::map<std::string, std::string> hosts = LayoutTexts(host);
  const std::map<std::string, std::string> modules = LayoutTexts(module);
  std::string text;
  for (const auto& [name, layout] : hosts) {
    const auto other = modules.find(name);
    if (other != modules.end() && other->second != layout) {
      text += DescribeLayoutDifference(name, layout, other->second);
    }
  }
  if (text.empty()) {
    // The root types themselves have different names.
    text =
        DescribeLayoutDifference(host.NameOf(0), LayoutText(host, host.root()),
                                 LayoutText(module, module.root()));
  }
  return text;
}

}  // namespace relib::internal
