#ifndef RELIB_CATALOGUE_HEAP_LEAKS_SYSTEM_H_
#define RELIB_CATALOGUE_HEAP_LEAKS_SYSTEM_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace relib::catalogue {

// Leaks a block by a function that other systems don't have. Returns how many
// it has leaked: one, or none.
int64_t LeakBySystem(std::string_view way, const std::string& text);

}  // namespace relib::catalogue

#endif  // RELIB_CATALOGUE_HEAP_LEAKS_SYSTEM_H_
