#ifndef RELIB_INTERNAL_MANIFEST_LAYOUT_DIFFERENCE_H_
#define RELIB_INTERNAL_MANIFEST_LAYOUT_DIFFERENCE_H_

#include <string>
#include <string_view>

namespace relib::internal {

// Returns a table of the differences between two layouts of the type `name`, as
// the manifest describes them, with a line for each field that differs. It
// begins with a newline and is indented by two spaces. The texts may come from
// a hostile file.
std::string DescribeLayoutDifference(std::string_view name,
                                     std::string_view host,
                                     std::string_view module);

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_MANIFEST_LAYOUT_DIFFERENCE_H_
