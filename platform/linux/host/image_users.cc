#include "platform/linux/host/image_users.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "platform/host/stack_walker.h"
#include "platform/host/thread_id.h"
#include "platform/host/thread_stack.h"

namespace relib::platform {
namespace {

// Returns "its function Free()", or "one of its functions" if the image does
// not export the function at `address`.
std::string OwnFunction(uintptr_t address) {
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(address), &info) == 0 ||
      info.dli_sname == nullptr) {
    return "one of its functions";
  }
  return absl::StrCat("its function ", info.dli_sname, "()");
}

// An entry in the C library's table of thread keys. No function reads it, so
// the table is found by a key whose destructor is known.
struct KeyRecord {
  // Odd if the key exists.
  uintptr_t sequence;
  uintptr_t destructor;
};

void Marker(void* /*value*/) {}

// Returns the table of keys in the data of the C library, or null if it has
// another layout than expected.
const KeyRecord* FindKeyTable() {
  struct Search {
    pthread_key_t key;
    uintptr_t c_library;
    const KeyRecord* found;
  } search = {.key = 0, .c_library = CLibraryImage().begin, .found = nullptr};
  if (pthread_key_create(&search.key, Marker) != 0) return nullptr;
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* argument) {
        Search& search = *static_cast<Search*>(argument);
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr)& segment = info->dlpi_phdr[i];
          if (segment.p_type == PT_LOAD &&
              info->dlpi_addr + segment.p_vaddr <= search.c_library &&
              search.c_library <
                  info->dlpi_addr + segment.p_vaddr + segment.p_memsz) {
            break;
          }
          if (i + 1 == info->dlpi_phnum) return 0;
        }
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr)& segment = info->dlpi_phdr[i];
          if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) == 0) {
            continue;
          }
          const uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
          const uintptr_t end = begin + segment.p_memsz;
          const uintptr_t first =
              (begin + 7) / 8 * 8 + search.key * sizeof(KeyRecord);
          for (uintptr_t at = first;
               at + (PTHREAD_KEYS_MAX - search.key) * sizeof(KeyRecord) <= end;
               at += 8) {
            const auto* record = reinterpret_cast<const KeyRecord*>(at);
            if (record->destructor == reinterpret_cast<uintptr_t>(&Marker) &&
                record->sequence % 2 == 1) {
              search.found = record - search.key;
              return 1;
            }
          }
        }
        return 1;
      },
      &search);
  pthread_key_delete(search.key);
  return search.found;
}

std::vector<uint64_t> OtherThreads() {
  std::vector<uint64_t> threads;
  if (DIR* directory = opendir("/proc/self/task")) {
    while (const dirent* entry = readdir(directory)) {
      if (const uint64_t id = std::strtoull(entry->d_name, nullptr, 10);
          id != 0 && id != CurrentThreadId()) {
        threads.push_back(id);
      }
    }
    closedir(directory);
  }
  return threads;
}

// Also true for an empty stack, which is that of a thread that did not answer.
bool IsInCLibraryAlone(const std::vector<uintptr_t>& stack) {
  return std::all_of(stack.begin(), stack.end(), [](uintptr_t address) {
    return CLibraryImage().Contains(address - 1);
  });
}

}  // namespace

std::vector<std::string> ThreadKeysOf(const AddressRange& image) {
  std::vector<std::string> texts;
  static const KeyRecord* const table = FindKeyTable();
  if (table == nullptr) return texts;
  for (size_t i = 0; i < PTHREAD_KEYS_MAX; ++i) {
    // Other threads create and delete keys at the same time.
    const uintptr_t sequence =
        __atomic_load_n(&table[i].sequence, __ATOMIC_ACQUIRE);
    const uintptr_t destructor =
        __atomic_load_n(&table[i].destructor, __ATOMIC_RELAXED);
    if (sequence % 2 == 1 && image.Contains(destructor)) {
      texts.push_back(absl::StrCat(OwnFunction(destructor),
                                   " is the destructor of thread key ", i));
    }
  }
  return texts;
}

std::vector<std::string> SignalHandlersOf(const AddressRange& image) {
  std::vector<std::string> texts;
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action = {};
    if (sigaction(number, nullptr, &action) != 0) continue;
    const auto handler = reinterpret_cast<uintptr_t>(
        (action.sa_flags & SA_SIGINFO) != 0
            ? reinterpret_cast<void*>(action.sa_sigaction)
            : reinterpret_cast<void*>(action.sa_handler));
    if (!image.Contains(handler)) continue;
    const char* name = sigabbrev_np(number);
    texts.push_back(absl::StrCat(OwnFunction(handler), " handles ",
                                 name != nullptr
                                     ? absl::StrCat("SIG", name)
                                     : absl::StrCat("signal ", number)));
  }
  return texts;
}

std::vector<std::string> ThreadsOf(const AddressRange& image) {
  // A thread that starts or ends is in the C library alone. It is in another
  // image soon, or gone.
  const Deadline patience = Deadline::After(absl::Seconds(1));
  const auto stack_of = [](uint64_t thread) {
    return StackOfThread(thread, Deadline::After(absl::Milliseconds(100)));
  };
  std::vector<std::string> texts;
  for (const uint64_t thread : OtherThreads()) {
    std::vector<uintptr_t> stack = stack_of(thread);
    while (IsInCLibraryAlone(stack) && !patience.has_passed() &&
           !WaitForThreadEnd(thread, Deadline::After(absl::Milliseconds(10)))) {
      stack = stack_of(thread);
    }
    const auto inside = std::find_if(
        stack.begin(), stack.end(),
        [&](uintptr_t address) { return image.Contains(address - 1); });
    const std::string name = ThreadName(thread);
    const std::string text = absl::StrCat(
        "thread ", thread, name.empty() ? "" : absl::StrCat(" \"", name, "\""));
    if (inside != stack.end()) {
      texts.push_back(absl::StrCat(text, " runs ", OwnFunction(*inside - 1)));
    } else if (stack.empty() && !WaitForThreadEnd(thread, Deadline::Now())) {
      texts.push_back(absl::StrCat(
          text, " may run it: the thread blocks signals and does not answer"));
    }
  }
  return texts;
}

}  // namespace relib::platform
