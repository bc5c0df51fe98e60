// Counts words with each module on the command line, independently of the
// compiler that built it.
//
//   abi_stable MODULE...

#include "relib/host.h"

#include <iostream>
#include <string_view>

#include "absl/status/statusor.h"
#include "examples/abi_stable/words.h"
#include "relib/abi/result.h"
#include "relib/abi/string.h"
#include "relib/abi/vector.h"

namespace {

namespace abi = relib::abi;

bool UseModule(const char* path) {
  absl::StatusOr<relib::Module<WordsExports>> module =
      relib::Load<WordsExports>(
          path, WordsImports{
                    .is_wanted = [](abi::Str word) { return word != "the"; }});
  if (!module.ok()) {
    std::cerr << module.status().message() << "\n";
    return false;
  }
  const abi::String built_by = module->exports().built_by().value();
  const abi::Result<abi::Vector<Word>> words =
      module->exports().count("the cat and the dog and the bird").value();
  const abi::Result<abi::Vector<Word>> none =
      module->exports().count("the the").value();
  const bool unloaded = module->Unload().ok();

  // The host owns the results, so they outlive the module.
  std::cout << "module by " << built_by << ":";
  for (const Word& word : *words)
    std::cout << " " << word.text << "=" << word.count;
  std::cout << "; or else: " << none.error().message << "\n";
  return unloaded;
}

}  // namespace

int main(int argc, char** argv) {
  std::cout << "host by " << BuiltBy() << "\n";
  for (int i = 1; i < argc; ++i) {
    if (!UseModule(argv[i])) return 1;
  }
}
