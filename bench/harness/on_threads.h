#ifndef BENCH_HARNESS_ON_THREADS_H_
#define BENCH_HARNESS_ON_THREADS_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "bench/harness/row.h"

namespace relib::bench {

// Returns a side that calls `work(count)` on `thread_count` threads at once.
// Its time is the time from the first begin to the last end, divided by the
// number of threads.
template <typename Work>
Side OnThreads(int thread_count, Work work) {
  return [thread_count, work = std::move(work)](int64_t count) {
    using Clock = std::chrono::steady_clock;
    std::vector<std::pair<Clock::time_point, Clock::time_point>> times(
        thread_count);
    // No thread sleeps before the start. A thread that is woken up would share
    // the processor of the thread that woke it for some milliseconds.
    std::atomic<int> waiting = 0;
    std::vector<std::thread> threads;
    for (auto& [begin, end] : times) {
      threads.emplace_back([&, count] {
        // Initializes what the first call on a thread initializes.
        work(1);
        ++waiting;
        while (waiting < thread_count) std::this_thread::yield();
        begin = Clock::now();
        work(count);
        end = Clock::now();
      });
    }
    for (std::thread& thread : threads) thread.join();
    auto [first_begin, last_end] = times.front();
    for (const auto& [begin, end] : times) {
      first_begin = std::min(first_begin, begin);
      last_end = std::max(last_end, end);
    }
    return (last_end - first_begin) / thread_count;
  };
}

}  // namespace relib::bench

#endif  // BENCH_HARNESS_ON_THREADS_H_
