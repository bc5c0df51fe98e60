#ifndef TESTS_MISBEHAVIOR_HEAP_LEAK_BY_SYSTEM_H_
#define TESTS_MISBEHAVIOR_HEAP_LEAK_BY_SYSTEM_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace relib::misbehavior {

// Leaks a block by a function that other systems don't have. Returns how many
// it has leaked: one, or none.
int64_t LeakBySystem(std::string_view way, const std::string& text);

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HEAP_LEAK_BY_SYSTEM_H_
