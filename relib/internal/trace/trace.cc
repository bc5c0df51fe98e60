#include "relib/internal/trace/trace.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "platform/host/stack_walker.h"
#include "platform/host/symbolizer.h"
#include "relib/backtrace.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/trace/throw_sites.h"
#include "relib/internal/trace/trace_access.h"

namespace relib::internal {
namespace {

using platform::AddressRange;
using platform::Symbol;

// The symbolizer, of which only one may exist at a time, and its results.
class Lookup {
 public:
  Lookup() : lock_(Mutex()) {}

  const std::vector<Symbol>& Resolve(uintptr_t address) {
    const auto [known, is_new] = symbols_.try_emplace(address);
    if (is_new) {
      if (symbolizer_ == nullptr) symbolizer_ = platform::Symbolizer::Create();
      known->second = symbolizer_->Resolve(address);
    }
    return known->second;
  }

 private:
  static absl::Mutex& Mutex() {
    static absl::NoDestructor<absl::Mutex> mutex;
    return *mutex;
  }

  const absl::MutexLock lock_;
  std::unique_ptr<platform::Symbolizer> symbolizer_;
  absl::flat_hash_map<uintptr_t, std::vector<Symbol>> symbols_;
};

}  // namespace

struct Trace {
 public:
  explicit Trace(std::vector<uintptr_t> addresses)
      : addresses_(std::move(addresses)) {}

  bool LiesIn(const AddressRange& image) const {
    return std::any_of(addresses_.begin(), addresses_.end(),
                       [&image](uintptr_t address) {
                         return address != 0 && image.Contains(address - 1);
                       });
  }

  // Symbolizes the addresses. Only the first call has an effect.
  void Resolve(Lookup& lookup) ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::MutexLock lock(mutex_);
    if (is_resolved_.load(std::memory_order_relaxed)) return;
    for (const uintptr_t address : addresses_) {
      if (address == 0) {
        frames_.push_back({.function = "",
                           .file = "",
                           .image = "",
                           .address = 0,
                           .offset = 0,
                           .line = 0,
                           .is_inlined = false});
        continue;
      }
      for (const Symbol& symbol : lookup.Resolve(address)) {
        frames_.push_back({.function = Keep(symbol.function),
                           .file = Keep(symbol.file),
                           .image = Keep(symbol.image),
                           .address = address,
                           .offset = symbol.offset,
                           .line = symbol.line,
                           .is_inlined = symbol.is_inlined});
      }
    }
    is_resolved_.store(true, std::memory_order_release);
  }

  bool is_resolved() const {
    return is_resolved_.load(std::memory_order_acquire);
  }

  // Must be called after Resolve(), which makes the frames immutable.
  const std::vector<TraceFrame>& frames() const ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return frames_;
  }

  // Takes a reference, unless the last one is gone already.
  bool RetainIfAlive() {
    uint32_t count = references_.load(std::memory_order_relaxed);
    while (count != 0 && !references_.compare_exchange_weak(
                             count, count + 1, std::memory_order_relaxed)) {
    }
    return count != 0;
  }
  void Retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  bool Release() {
    return references_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

 private:
  // Returns the only copy of `text`: most frames of a trace share a path.
  const char* Keep(const std::string& text) {
    for (const std::unique_ptr<const std::string>& kept : texts_) {
      if (*kept == text) return kept->c_str();
    }
    return texts_.emplace_back(std::make_unique<const std::string>(text))
        ->c_str();
  }

  const std::vector<uintptr_t> addresses_;
  std::atomic<uint32_t> references_ = 1;
  std::atomic<bool> is_resolved_ = false;
  absl::Mutex mutex_;
  std::vector<TraceFrame> frames_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<const std::string>> texts_;
};

namespace {

// All referenced traces that may have to be resolved.
class Unresolved {
 public:
  static Unresolved& Get() {
    static absl::NoDestructor<Unresolved> unresolved;
    return *unresolved;
  }

  // Returns whether the trace must be resolved at once, because an address is
  // in an image that is being unmapped.
  bool Add(Trace* trace) {
    const absl::MutexLock lock(mutex_);
    traces_.insert(trace);
    return std::any_of(
        going_.begin(), going_.end(),
        [trace](const AddressRange& image) { return trace->LiesIn(image); });
  }

  void Remove(Trace* trace) {
    const absl::MutexLock lock(mutex_);
    traces_.erase(trace);
  }

  // Returns the traces with an address in `image`, with an additional reference
  // for each.
  std::vector<Trace*> BeginGoing(const AddressRange& image) {
    const absl::MutexLock lock(mutex_);
    going_.push_back(image);
    absl::erase_if(traces_, [](Trace* trace) { return trace->is_resolved(); });
    std::vector<Trace*> result;
    for (Trace* trace : traces_) {
      if (trace->LiesIn(image) && trace->RetainIfAlive()) {
        result.push_back(trace);
      }
    }
    return result;
  }

  void EndGoing(const AddressRange& image) {
    const absl::MutexLock lock(mutex_);
    going_.erase(std::find_if(going_.begin(), going_.end(),
                              [&image](const AddressRange& other) {
                                return other.begin == image.begin;
                              }));
  }

 private:
  absl::Mutex mutex_;
  absl::flat_hash_set<Trace*> traces_ ABSL_GUARDED_BY(mutex_);
  std::vector<AddressRange> going_ ABSL_GUARDED_BY(mutex_);
};

Trace* MakeTrace(std::vector<uintptr_t> addresses) {
  if (addresses.empty()) return nullptr;
  auto* trace = new Trace(std::move(addresses));
  if (Unresolved::Get().Add(trace)) {
    Lookup lookup;
    trace->Resolve(lookup);
  }
  return trace;
}

}  // namespace

Trace* CaptureTrace(uintptr_t caller) {
  return MakeTrace(CaptureStack(caller));
}

void RetainTrace(Trace* trace) { trace->Retain(); }

void ReleaseTrace(Trace* trace) {
  if (!trace->Release()) return;
  Unresolved::Get().Remove(trace);
  delete trace;
}

const TraceFrame* TraceFrames(Trace* trace, size_t* count) {
  if (!trace->is_resolved()) {
    Lookup lookup;
    trace->Resolve(lookup);
  }
  *count = trace->frames().size();
  return trace->frames().data();
}

Backtrace MakeBacktrace(std::vector<uintptr_t> addresses) {
  return Backtrace(MakeTrace(std::move(addresses)));
}

ImageUnmapScope::ImageUnmapScope(const void* inside)
    : image_(platform::ImageAt(reinterpret_cast<uintptr_t>(inside))) {
  const std::vector<Trace*> traces = Unresolved::Get().BeginGoing(image_);
  if (traces.empty()) return;
  Lookup lookup;
  for (Trace* trace : traces) {
    trace->Resolve(lookup);
    ReleaseTrace(trace);
  }
}

ImageUnmapScope::~ImageUnmapScope() { Unresolved::Get().EndGoing(image_); }

}  // namespace relib::internal
