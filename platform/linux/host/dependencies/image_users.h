#ifndef PLATFORM_LINUX_HOST_DEPENDENCIES_IMAGE_USERS_H_
#define PLATFORM_LINUX_HOST_DEPENDENCIES_IMAGE_USERS_H_

#include <string>
#include <vector>

#include "platform/host/dependencies.h"
#include "platform/host/stack_walker.h"

// Finds what would call or run code of an image after the image is gone. Each
// function returns one text for each of them.

namespace relib::platform {

// Returns the thread keys whose destructors are in `image`.
std::vector<std::string> ThreadKeysOf(const AddressRange& image);

// Returns the signals whose handlers are in `image`.
std::vector<std::string> SignalHandlersOf(const AddressRange& image);

// Returns those of `threads` that have a function of `image` on their stacks,
// and those that may have and have not ended.
std::vector<std::string> ThreadsOf(const AddressRange& image,
                                   const std::vector<OtherThread>& threads);

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOST_DEPENDENCIES_IMAGE_USERS_H_
