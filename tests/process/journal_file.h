#ifndef TESTS_PROCESS_JOURNAL_FILE_H_
#define TESTS_PROCESS_JOURNAL_FILE_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "platform/host/library.h"
#include "tests/support/test_files.h"

namespace relib {

// Returns the path of the module of journal.h, which the test must list in its
// data.
inline std::string JournalFile() {
  return Runfile(absl::StrCat("tests/process/", platform::kLibraryPrefix,
                              "journal", platform::kLibrarySuffix));
}

}  // namespace relib

#endif  // TESTS_PROCESS_JOURNAL_FILE_H_
