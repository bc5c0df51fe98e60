#include "bench/soak/samples.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/soak/counters.h"

namespace relib::bench::soak {
namespace {

int64_t Median(const std::vector<Sample>& samples, size_t begin, size_t end,
               size_t counter) {
  std::vector<int64_t> values;
  for (size_t i = begin; i < end; ++i) {
    values.push_back(samples[i].counters[counter].value);
  }
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

std::vector<std::string> Growth(const std::vector<Sample>& samples) {
  std::vector<std::string> grown;
  const size_t quarter = samples.size() / 4;
  if (quarter == 0) return {"there are too few samples"};
  for (size_t i = 0; i < samples.front().counters.size(); ++i) {
    const Counter& counter = samples.front().counters[i];
    const int64_t before = Median(samples, quarter, 2 * quarter, i);
    const int64_t after =
        Median(samples, samples.size() - quarter, samples.size(), i);
    if (after > before + counter.slack) {
      grown.push_back(
          absl::StrCat(counter.name, " grew from ", before, " to ", after));
    }
  }
  return grown;
}

std::string Plot(const std::vector<Sample>& samples, size_t counter) {
  constexpr std::string_view kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  int64_t least = samples.front().counters[counter].value;
  int64_t greatest = least;
  for (const Sample& sample : samples) {
    least = std::min(least, sample.counters[counter].value);
    greatest = std::max(greatest, sample.counters[counter].value);
  }
  std::string plot;
  for (const Sample& sample : samples) {
    const int64_t height =
        greatest == least
            ? 0
            : (sample.counters[counter].value - least) * 7 / (greatest - least);
    absl::StrAppend(&plot, kBars[height]);
  }
  return absl::StrCat(plot, "  ", least, " to ", greatest);
}

std::function<void(const Sample&)> TablePrinter() {
  return [is_first = true](const Sample& sample) mutable {
    if (is_first) {
      absl::PrintF("%10s", "cycle");
      for (const Counter& counter : sample.counters) {
        absl::PrintF("  %12s", counter.name);
      }
      absl::PrintF("\n");
      is_first = false;
    }
    absl::PrintF("%10d", sample.cycle);
    for (const Counter& counter : sample.counters) {
      absl::PrintF("  %12d", counter.value);
    }
    absl::PrintF("\n");
    std::fflush(stdout);
  };
}

int PrintVerdict(const std::vector<Sample>& samples,
                 const std::string& summary) {
  absl::PrintF("\n");
  for (size_t i = 0; i < samples.front().counters.size(); ++i) {
    absl::PrintF("%12s  %s\n", samples.front().counters[i].name,
                 Plot(samples, i));
  }
  absl::PrintF("\n%s\n", summary);
  const std::vector<std::string> growth = Growth(samples);
  for (const std::string& line : growth) absl::PrintF("%s\n", line);
  absl::PrintF("%s\n", growth.empty() ? "Nothing grew." : "");
  return growth.empty() ? 0 : 1;
}

}  // namespace relib::bench::soak
