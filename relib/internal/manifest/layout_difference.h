#ifndef RELIB_INTERNAL_MANIFEST_LAYOUT_DIFFERENCE_H_
#define RELIB_INTERNAL_MANIFEST_LAYOUT_DIFFERENCE_H_

#include <string>
#include <string_view>

namespace relib::internal {

// How two layouts of the type `name`, as the manifest spells them, differ: a
// table with a line for each field that isn't the same on both sides. Begins
// with a newline, indented by two spaces. The texts may come from a hostile
// file.
std::string DescribeLayoutDifference(std::string_view name,
                                     std::string_view host,
                                     std::string_view module);

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_MANIFEST_LAYOUT_DIFFERENCE_H_
