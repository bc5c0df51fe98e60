#include "platform/linux/host/dependencies/image_users.h"

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
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "platform/host/dependencies.h"
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

std::vector<uint64_t> IdsOfOtherThreads() {
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

std::vector<OtherThread> OtherThreads(Deadline deadline) {
  constexpr absl::Duration kPatience = absl::Seconds(1);
  const absl::Duration time =
      std::min(deadline.left() + absl::Milliseconds(100), kPatience);
  const Deadline end = Deadline::After(time);
  const auto ask = [&end](OtherThread& thread) {
    thread.addresses = StackOfThread(
        thread.id, std::min(end, Deadline::After(absl::Milliseconds(100))));
  };
  std::vector<OtherThread> threads;
  for (const uint64_t id : IdsOfOtherThreads()) {
    threads.push_back({.id = id, .addresses = {}, .doubt = {}});
    ask(threads.back());
  }
  // A thread that starts or ends is in the C library alone. It is in another
  // image soon, or gone.
  std::vector<OtherThread*> unsettled;
  for (OtherThread& thread : threads) unsettled.push_back(&thread);
  const auto settle = [&unsettled] {
    std::erase_if(unsettled, [](const OtherThread* thread) {
      return !IsInCLibraryAlone(thread->addresses) ||
             WaitForThreadEnd(thread->id, Deadline::Now());
    });
    return unsettled.empty();
  };
  while (!settle() && !end.has_passed()) {
    absl::SleepFor(std::min(end.left(), absl::Milliseconds(10)));
    for (OtherThread* thread : unsettled) {
      if (end.has_passed()) break;
      ask(*thread);
    }
  }
  for (OtherThread* thread : unsettled) {
    if (thread->addresses.empty()) {
      thread->doubt = "the thread blocks signals and does not answer";
    } else if (time < kPatience) {
      thread->doubt =
          "the thread starts or ends. Wait longer: UnloadOptions::deadline";
    }
  }
  return threads;
}

std::vector<std::string> ThreadsOf(const AddressRange& image,
                                   const std::vector<OtherThread>& threads) {
  std::vector<std::string> texts;
  for (const OtherThread& thread : threads) {
    const auto inside = std::find_if(
        thread.addresses.begin(), thread.addresses.end(),
        [&](uintptr_t address) { return image.Contains(address - 1); });
    const bool is_inside = inside != thread.addresses.end();
    if (!is_inside && (thread.doubt.empty() ||
                       WaitForThreadEnd(thread.id, Deadline::Now()))) {
      continue;
    }
    const std::string name = ThreadName(thread.id);
    texts.push_back(absl::StrCat(
        "thread ", thread.id,
        name.empty() ? "" : absl::StrCat(" \"", name, "\""),
        is_inside ? absl::StrCat(" runs ", OwnFunction(*inside - 1))
                  : absl::StrCat(" may run it: ", thread.doubt)));
  }
  return texts;
}

}  // namespace relib::platform
