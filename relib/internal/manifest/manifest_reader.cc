#include "relib/internal/manifest/manifest_reader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "relib/errors.h"
#include "relib/internal/manifest/build_info.h"
#include "relib/internal/manifest/layout_difference.h"
#include "relib/internal/manifest/manifest.h"

namespace relib::internal {
namespace {

absl::Status Damaged(std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("its relib manifest is damaged: ", what));
}

using NoteHeader = Note<0>;
constexpr size_t kHeaderSize = offsetof(NoteHeader, text);

absl::Status Store(ManifestPart part, std::string_view kind,
                   std::optional<ManifestPart>* slot) {
  if (slot->has_value()) {
    return Damaged(absl::StrCat("it describes its ", kind, " twice"));
  }
  *slot = std::move(part);
  return absl::OkStatus();
}

std::string Shown(std::string_view text) { return absl::CEscape(text); }

std::string_view BuildValue(const ManifestPart& part, std::string_view key) {
  for (const auto& [name, value] : part.build) {
    if (name == key) return value;
  }
  return "";
}

void AppendBuildDifferences(const ManifestPart& part, Matching matching,
                            std::vector<std::string>* problems) {
  for (const BuildFact& fact : kBuildFacts) {
    const std::string_view value = BuildValue(part, fact.key);
    if (fact.matching != matching || value == fact.value) continue;
    std::string problem = absl::StrCat(
        fact.key, " differs: the host has ", fact.value, ", the module ",
        value.empty() ? "says nothing" : Shown(value), "; ", fact.advice);
    if (std::find(problems->begin(), problems->end(), problem) ==
        problems->end()) {
      problems->push_back(std::move(problem));
    }
  }
}

// Returns the stable type to use instead of `type`, or "" if there is none.
std::string_view StableSubstitute(std::string_view type) {
  static constexpr std::pair<std::string_view, std::string_view>
      kSubstitutes[] = {{"std::string_view", "relib::abi::Str"},
                        {"std::string", "relib::abi::String"},
                        {"std::span", "relib::abi::Slice"},
                        {"std::vector", "relib::abi::Vector"},
                        {"std::optional", "relib::abi::Optional"}};
  const std::string_view name = type.substr(0, type.find('<'));
  for (const auto& [standard, stable] : kSubstitutes) {
    if (name == standard) return stable;
  }
  return "";
}

std::string DescribeUnstable(std::string_view kind,
                             const ManifestEntry& entry) {
  const std::string_view substitute = StableSubstitute(entry.unstable);
  return absl::StrCat(
      "only ABI-stable types (relib/abi/) can cross such a difference, and ",
      kind,
      entry.name == "main" ? "main" : absl::StrCat("'", Shown(entry.name), "'"),
      " uses ", Shown(entry.unstable),
      substitute.empty() ? "" : absl::StrCat("; use ", substitute));
}

// Describes the first entry with a type that isn't stable among those that host
// and module would share. Returns "" if there is none.
std::string FindUnstable(const Manifest& manifest, const ManifestPart& expected,
                         const ManifestPart& offered) {
  if (manifest.exports.has_value()) {
    for (const ManifestEntry& host : expected.entries) {
      const ManifestEntry* module = FindEntry(*manifest.exports, host.name);
      if (module == nullptr) continue;
      for (const ManifestEntry* entry : {module, &host}) {
        if (!entry->unstable.empty()) {
          return DescribeUnstable("the export ", *entry);
        }
      }
    }
  }
  if (manifest.imports.has_value()) {
    for (const ManifestEntry& module : manifest.imports->entries) {
      const ManifestEntry* host = FindEntry(offered, module.name);
      for (const ManifestEntry* entry : {&module, host}) {
        if (entry != nullptr && !entry->unstable.empty()) {
          return DescribeUnstable("the import ", *entry);
        }
      }
    }
  }
  if (manifest.main.has_value() &&
      !manifest.main->entries.front().unstable.empty()) {
    return DescribeUnstable("", manifest.main->entries.front());
  }
  return "";
}

// Returns the error for a part that this version of relib can't parse: another
// version may have written it.
absl::Status NotUnderstood(const ManifestPart& part, std::string_view what) {
  const std::string_view abi = BuildValue(part, kBuildFacts[0].key);
  if (abi.empty() || abi == kAbiVersion) return Damaged(what);
  return absl::FailedPreconditionError(
      absl::StrCat("its relib-abi is ", Shown(abi), ", the host's ",
                   kAbiVersion, ": ", kBuildFacts[0].advice));
}

// A line and its tab-separated fields.
struct ManifestLine {
  static constexpr size_t kMaxFields = 3;

  std::string_view text;
  // If there are more fields, the last one contains the rest of the line.
  std::string_view fields[kMaxFields];
  size_t count = 0;
};

// Removes the first line of `text` and returns it. `text` must not be empty.
ManifestLine TakeLine(std::string_view* text) {
  ManifestLine line;
  const char* const end = text->data() + text->size();
  const char* begin = text->data();
  const char* next = begin;
  for (; next != end && *next != '\n'; ++next) {
    if (*next != '\t' || ++line.count >= ManifestLine::kMaxFields) continue;
    line.fields[line.count - 1] = {begin, static_cast<size_t>(next - begin)};
    begin = next + 1;
  }
  ++line.count;
  line.fields[std::min(line.count, ManifestLine::kMaxFields) - 1] = {
      begin, static_cast<size_t>(next - begin)};
  line.text = text->substr(0, static_cast<size_t>(next - text->data()));
  text->remove_prefix(line.text.size() + (next != end ? 1 : 0));
  return line;
}

std::optional<EntryKind> EntryKindOf(std::string_view text) {
  if (text == "entry") return EntryKind::kPresent;
  if (text == "absent") return EntryKind::kAbsent;
  if (text == "optional") return EntryKind::kOptional;
  return std::nullopt;
}

// Limit that keeps the message readable.
constexpr size_t kMaxProblems = 20;

absl::Status Refuse(LoadError kind, std::string_view name,
                    std::vector<std::string> problems) {
  if (problems.size() > kMaxProblems) {
    const size_t more = problems.size() - kMaxProblems;
    problems.resize(kMaxProblems);
    problems.push_back(absl::StrCat("and ", more, " more"));
  }
  return MakeError(
      kind,
      absl::StrCat(name, " can't be loaded: ", absl::StrJoin(problems, "\n")));
}

}  // namespace

absl::StatusOr<ManifestPart> ParseManifestPart(std::string_view text) {
  ManifestPart part;
  part.build.reserve(std::size(kBuildFacts));
  part.entries.reserve(4);
  while (!text.empty()) {
    const ManifestLine line = TakeLine(&text);
    if (line.text.empty()) continue;
    const auto [kind, first, second] = line.fields;
    const size_t fields = line.count;
    if (kind == "build" && fields == 3) {
      part.build.emplace_back(first, second);
    } else if (const std::optional<EntryKind> entry = EntryKindOf(kind);
               entry.has_value() && fields == 3) {
      part.entries.push_back(
          {.kind = *entry, .name = first, .signature = second, .types = {}});
    } else if (kind == "main" && fields == 2) {
      part.entries.push_back({.name = "main", .signature = first, .types = {}});
    } else if (kind == "type" && fields == 3 && !part.entries.empty()) {
      part.entries.back().types.emplace_back(first, second);
    } else if (kind == "unstable" && fields == 2 && !part.entries.empty()) {
      part.entries.back().unstable = first;
    } else {
      return NotUnderstood(
          part, absl::StrCat("the line \"", Shown(line.text.substr(0, 80)),
                             "\" is not understood"));
    }
  }
  return part;
}

absl::StatusOr<Manifest> ParseManifest(std::string_view bytes) {
  Manifest manifest;
  while (!bytes.empty()) {
    // The notes in a PE section are padded with zeros.
    if (bytes.front() == '\0' && bytes.size() < 4) break;
    uint32_t owner_size = 0;
    if (bytes.size() < 4) return Damaged("it ends inside of a note");
    std::memcpy(&owner_size, bytes.data(), sizeof(owner_size));
    if (owner_size == 0) {
      bytes.remove_prefix(4);
      continue;
    }
    NoteHeader header{.type = NoteType::kExports};
    if (bytes.size() < kHeaderSize) return Damaged("it ends inside of a note");
    std::memcpy(static_cast<void*>(&header), bytes.data(), kHeaderSize);
    if (header.owner_size != kNoteOwnerSize ||
        std::memcmp(header.owner, kNoteOwner, sizeof(kNoteOwner)) != 0) {
      return Damaged("a note in it isn't relib's");
    }
    bytes.remove_prefix(kHeaderSize);
    if (header.text_size > bytes.size())
      return Damaged("it ends inside of a note");
    absl::StatusOr<ManifestPart> part =
        ParseManifestPart(bytes.substr(0, header.text_size));
    if (!part.ok()) return part.status();
    bytes.remove_prefix(
        std::min<size_t>((header.text_size + size_t{3}) / 4 * 4, bytes.size()));

    absl::Status status;
    switch (header.type) {
      case NoteType::kExports:
        status = Store(*std::move(part), "exports", &manifest.exports);
        break;
      case NoteType::kImports:
        status = Store(*std::move(part), "imports", &manifest.imports);
        break;
      case NoteType::kMain:
        if (part->entries.size() != 1)
          return Damaged("main isn't one function");
        status = Store(*std::move(part), "main", &manifest.main);
        break;
      default:
        status = NotUnderstood(
            *part, absl::StrCat("it holds a note of the unknown type ",
                                static_cast<uint32_t>(header.type)));
    }
    if (!status.ok()) return status;
  }
  if (!manifest.exports.has_value() && !manifest.main.has_value()) {
    return absl::InvalidArgumentError(
        "it offers nothing to a host: give it RELIB_EXPORTS or RELIB_MAIN");
  }
  return manifest;
}

const ManifestEntry* FindEntry(const ManifestPart& part,
                               std::string_view name) {
  for (const ManifestEntry& entry : part.entries) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

std::string DescribeDifference(const ManifestEntry& host,
                               const ManifestEntry& module) {
  std::string text;
  if (host.signature != module.signature) {
    absl::StrAppend(&text, "\n  host:   ", Shown(host.signature),
                    "\n  module: ", Shown(module.signature));
  }
  for (const auto& [name, layout] : host.types) {
    for (const auto& [other_name, other_layout] : module.types) {
      if (name == other_name && layout != other_layout) {
        text += DescribeLayoutDifference(name, layout, other_layout);
      }
    }
  }
  // The same types in another number or order are another interface, too.
  if (text.empty() && host.types != module.types) {
    absl::StrAppend(&text, "\n  host and module describe different types");
  }
  return text;
}

absl::Status CheckManifest(const Manifest& manifest, const HostInterface& host,
                           std::string_view name) {
  static const ManifestPart& empty = *new ManifestPart;
  const ManifestPart& exported = manifest.exports ? *manifest.exports : empty;
  const ManifestPart& imported = manifest.imports ? *manifest.imports : empty;
  const ManifestPart& offered = host.imports != nullptr ? *host.imports : empty;
  const ManifestPart& expected =
      host.exports != nullptr ? *host.exports : empty;

  std::vector<std::string> problems;
  std::vector<std::string> unless_stable;
  for (const std::optional<ManifestPart>* part :
       {&manifest.exports, &manifest.imports, &manifest.main}) {
    if (!part->has_value()) continue;
    AppendBuildDifferences(**part, Matching::kRequired, &problems);
    AppendBuildDifferences(**part, Matching::kRequiredUnlessStable,
                           &unless_stable);
  }
  if (!unless_stable.empty()) {
    std::string unstable = FindUnstable(manifest, expected, offered);
    if (!unstable.empty()) {
      std::move(unless_stable.begin(), unless_stable.end(),
                std::back_inserter(problems));
      problems.push_back(std::move(unstable));
    }
  }
  for (const std::optional<ManifestPart>* part :
       {&manifest.exports, &manifest.imports, &manifest.main}) {
    if (!part->has_value()) continue;
    const bool module_unloads = BuildValue(**part, "unloading") == "on";
    if (module_unloads == host.unloading) continue;
    problems.push_back(
        host.unloading
            ? "it was built to stay: load it with LoadOptions{.unloading = "
              "false}, or build it without relib_module(unloading = False)"
            : "it was built to be unloaded: load it without "
              "LoadOptions{.unloading = false}, or build it with "
              "relib_module(unloading = False)");
    break;
  }
  if (!problems.empty())
    return Refuse(LoadError::kIncompatible, name, problems);

  for (const ManifestEntry& entry : expected.entries) {
    const ManifestEntry* found = FindEntry(exported, entry.name);
    if (found != nullptr && found->kind != EntryKind::kAbsent) continue;
    if (entry.kind == EntryKind::kOptional) continue;
    problems.push_back(absl::StrCat(
        "it has no export '", entry.name, "'\n  host:   ", entry.signature,
        exported.entries.empty()
            ? "\n  module: no exports at all (RELIB_EXPORTS)"
        : found != nullptr
            ? "\n  module: an OptionalExport without a body; give it one in "
              "RELIB_EXPORTS, or make it optional for the host as well"
            : "\n  module: missing; build it with the host's interface "
              "header"));
  }
  if (!problems.empty())
    return Refuse(LoadError::kMissingExport, name, problems);

  for (const ManifestEntry& entry : imported.entries) {
    if (FindEntry(offered, entry.name) != nullptr) continue;
    problems.push_back(absl::StrCat(
        "it needs the import '", Shown(entry.name), "'\n  host:   ",
        offered.entries.empty() ? "gives no imports; hand them to relib::Load()"
                                : "doesn't have it",
        "\n  module: ", Shown(entry.signature)));
  }
  if (!problems.empty())
    return Refuse(LoadError::kMissingImport, name, problems);

  for (const ManifestEntry& entry : expected.entries) {
    const ManifestEntry* found = FindEntry(exported, entry.name);
    if (found == nullptr || found->kind == EntryKind::kAbsent) continue;
    const std::string difference = DescribeDifference(entry, *found);
    if (!difference.empty()) {
      problems.push_back(
          absl::StrCat("its export '", entry.name, "' differs:", difference));
    }
  }
  for (const ManifestEntry& entry : imported.entries) {
    const std::string difference =
        DescribeDifference(*FindEntry(offered, entry.name), entry);
    if (!difference.empty()) {
      problems.push_back(
          absl::StrCat("its import '", entry.name,
                       "' differs from the host's:", difference));
    }
  }
  if (!problems.empty()) {
    return Refuse(LoadError::kSignatureMismatch, name, problems);
  }
  return absl::OkStatus();
}

}  // namespace relib::internal
