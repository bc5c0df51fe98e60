#include <aio.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/linux/host/keep_errno.h"
#include "platform/linux/resources/resources.h"

namespace relib::platform {
namespace {

static_assert(sizeof(aiocb) == sizeof(aiocb64), "the two are the same");

// Returns whether the status at this address says that the request is pending.
// The module may have freed the request after its end, so the memory is read in
// a way that may fail. If the kernel refuses that, the request counts as
// pending.
bool HasStatus(const int* address, int pending) {
  int status = 0;
  const iovec here = {.iov_base = &status, .iov_len = sizeof(status)};
  const iovec there = {.iov_base = const_cast<int*>(address),
                       .iov_len = sizeof(status)};
  if (process_vm_readv(getpid(), &here, 1, &there, 1, 0) !=
      ssize_t{sizeof(status)}) {
    return errno != EFAULT;
  }
  return status == pending;
}

// Asynchronous requests of one module. A thread of the C library writes the
// result to the module's memory, and there is no way to make it stop: a request
// that has begun cannot be canceled.
class Requests final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kRequests;

  // `status` is `pending` until the request is done.
  void Add(const int* status, int pending, std::string_view text) {
    const KeepErrno keep;
    const std::lock_guard lock(mutex_);
    if (requests_.size() >= next_check_) {
      EraseFinished();
      next_check_ = 2 * requests_.size() + 16;
    }
    requests_[status] = {pending, text};
  }

  std::vector<std::string> Obstacles() const override {
    const std::lock_guard lock(mutex_);
    EraseFinished();
    std::vector<std::string> result;
    for (const auto& [status, request] : requests_) {
      result.push_back(absl::StrCat(
          request.second,
          " of the module is pending, and its result will be written to the "
          "module's memory; wait for it, or cancel it"));
    }
    return result;
  }

 private:
  void EraseFinished() const {
    std::erase_if(requests_, [](const auto& entry) {
      return !HasStatus(entry.first, entry.second.first);
    });
  }

  mutable std::mutex mutex_;
  // The number of requests at which those that are done are erased.
  size_t next_check_ = 16;
  // By the address of the status: its value while the request is pending, and
  // a description.
  mutable std::map<const int*, std::pair<int, std::string_view>> requests_;
};

void AddAio(void* resources, const aiocb* request) {
  ResourcesOf<Requests>(resources).Add(&request->__error_code, EINPROGRESS,
                                       "an aio request");
}

int Start(void* resources, int result, const aiocb* request) {
  if (result == 0) AddAio(resources, request);
  return result;
}

aiocb* Plain(aiocb64* request) { return reinterpret_cast<aiocb*>(request); }

}  // namespace

std::unique_ptr<Resources> MakeRequests() {
  return std::make_unique<Requests>();
}

int hooks::aio_read(void* resources, AioPointer request) {
  return Start(resources, ::aio_read(request), request);
}

int hooks::aio_read64(void* resources, Aio64Pointer request) {
  return hooks::aio_read(resources, Plain(request));
}

int hooks::aio_write(void* resources, AioPointer request) {
  return Start(resources, ::aio_write(request), request);
}

int hooks::aio_write64(void* resources, Aio64Pointer request) {
  return hooks::aio_write(resources, Plain(request));
}

int hooks::aio_fsync(void* resources, int operation, AioPointer request) {
  return Start(resources, ::aio_fsync(operation, request), request);
}

int hooks::aio_fsync64(void* resources, int operation, Aio64Pointer request) {
  return hooks::aio_fsync(resources, operation, Plain(request));
}

int hooks::lio_listio(void* resources, int mode, AioArray requests, int count,
                      EventPointer event) {
  const int result = ::lio_listio(mode, requests, count, event);
  // Some requests may have started even if the call has failed.
  for (int i = 0; mode == LIO_NOWAIT && i < count; ++i) {
    if (requests[i] != nullptr && requests[i]->aio_lio_opcode != LIO_NOP) {
      AddAio(resources, requests[i]);
    }
  }
  return result;
}

int hooks::lio_listio64(void* resources, int mode, Aio64Array requests,
                        int count, EventPointer event) {
  return hooks::lio_listio(resources, mode,
                           reinterpret_cast<AioArray>(requests), count, event);
}

int hooks::getaddrinfo_a(void* resources, int mode,
                         AddressRequestArray requests, int count,
                         EventPointer event) {
  const int result = ::getaddrinfo_a(mode, requests, count, event);
  for (int i = 0; mode == GAI_NOWAIT && i < count; ++i) {
    if (requests[i] == nullptr) continue;
    ResourcesOf<Requests>(resources).Add(&requests[i]->__return, EAI_INPROGRESS,
                                         "a request of getaddrinfo_a()");
  }
  return result;
}

}  // namespace relib::platform
