#include "stack/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace assay {

namespace {

constexpr size_t kChunk = size_t{1} << 16;

std::unexpected<Error> unreadable(const std::string& name, std::string_view reason) {
    return fail(Errc::bad_text, "file", Error::npos, fmt::format("cannot read {}: {}", name, reason));
}

std::unexpected<Error> too_large(const std::string& name, size_t most) {
    constexpr size_t kMebibyte = size_t{1} << 20;
    return unreadable(name, most % kMebibyte == 0 ? fmt::format("it is larger than {} MiB", most / kMebibyte)
                                                  : fmt::format("it is larger than {} bytes", most));
}

class Descriptor {
   public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }

   private:
    int number_;
};

Result<Bytes> read_start(int descriptor, const std::string& name, size_t most) {
    Bytes bytes;
    while (bytes.size() < most) {
        const size_t had = bytes.size();
        bytes.resize(std::min(most, had + kChunk));
        const ssize_t got = ::read(descriptor, bytes.data() + had, bytes.size() - had);
        const int reason = errno;
        bytes.resize(had + static_cast<size_t>(std::max<ssize_t>(got, 0)));
        if (got == 0) break;
        if (got < 0 && reason != EINTR) return unreadable(name, std::strerror(reason));
    }
    return bytes;
}

}  // namespace

Result<Bytes> read_file_start(const std::string& path, size_t most) {
    // Opening a pipe would wait until somebody writes to it. Reading waits only for who has it open.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.number() < 0) return unreadable(path, std::strerror(errno));
    struct stat status{};
    if (::fstat(file.number(), &status) != 0) return unreadable(path, std::strerror(errno));
    if (S_ISDIR(status.st_mode)) return unreadable(path, "it is a folder");
    const int flags = ::fcntl(file.number(), F_GETFL);
    if (flags < 0 || ::fcntl(file.number(), F_SETFL, flags & ~O_NONBLOCK) < 0)
        return unreadable(path, std::strerror(errno));
    return read_start(file.number(), path, most);
}

Result<Bytes> read_file(const std::string& path, size_t most) {
    Bytes bytes = TRY(read_file_start(path, most + 1));
    if (bytes.size() > most) return too_large(path, most);
    return bytes;
}

Result<Bytes> read_descriptor(int descriptor, const std::string& name, size_t most) {
    Bytes bytes = TRY(read_start(descriptor, name, most + 1));
    if (bytes.size() > most) return too_large(name, most);
    return bytes;
}

}  // namespace assay
