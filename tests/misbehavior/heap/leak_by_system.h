#ifndef TESTS_MISBEHAVIOR_HEAP_LEAK_BY_SYSTEM_H_
#define TESTS_MISBEHAVIOR_HEAP_LEAK_BY_SYSTEM_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace relib::misbehavior {

// Leaks a block by a function that only this system has. Returns the number of
// leaked blocks: 1, or 0 if `way` isn't known.
int64_t LeakBySystem(std::string_view way, const std::string& text);

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HEAP_LEAK_BY_SYSTEM_H_
