#include "conformance/lab/doe_dut.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <thread>

namespace assay::lab {

namespace {

// Of DOE's protocols as discovery lists them: PCI-SIG's number for vendor, and SPDM.
constexpr uint16_t kPciSig = 0x0001;
constexpr size_t kMostProtocols = 256;
// From this version of the capability on, a discovery request has it as its own version.
constexpr uint8_t kDiscoveryWithVersion = 2;

class SysfsConfigSpace final : public ConfigSpace {
   public:
    SysfsConfigSpace(int file, std::string path) : file_(file), path_(std::move(path)) {}
    ~SysfsConfigSpace() override { ::close(file_); }

    Result<uint32_t> read(uint16_t offset) override {
        std::array<uint8_t, 4> bytes{};
        if (::pread(file_, bytes.data(), bytes.size(), offset) != static_cast<ssize_t>(bytes.size()))
            return broken(offset, "read");
        uint32_t value = 0;
        for (size_t i = 0; i < bytes.size(); ++i) value |= uint32_t{bytes[i]} << 8 * i;
        return value;
    }
    Result<> write(uint16_t offset, uint32_t value) override {
        std::array<uint8_t, 4> bytes{};
        for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(value >> 8 * i);
        if (::pwrite(file_, bytes.data(), bytes.size(), offset) != static_cast<ssize_t>(bytes.size()))
            return broken(offset, "written");
        return {};
    }

   private:
    std::unexpected<Error> broken(uint16_t offset, std::string_view what) const {
        return fail(Errc::io, "target", offset,
                    fmt::format("{}: the register at {:#05x} cannot be {} (as root?)", path_, offset, what));
    }

    int file_;
    std::string path_;
};

// Whether discovery lists SPDM. Each answer says which index comes next; 0 is the end.
Result<bool> lists_spdm(DoeMailbox& mailbox, const std::function<DoeMailbox::Pause()>& pause) {
    const uint8_t version = TRY(mailbox.version()) < kDiscoveryWithVersion ? 0 : kDiscoveryWithVersion;
    uint8_t index = 0;
    for (size_t i = 0; i < kMostProtocols; ++i) {
        const auto answer = TRY(mailbox.exchange(
            transport::doe_object(transport::kDoeDiscovery, transport::doe_discovery_request(index, version)),
            pause(), pause()));
        constexpr size_t kHeader = 8;
        if (!answer || answer->size() < kHeader + transport::kDoeDiscoverySize) return false;
        const ByteView content = ByteView(*answer).subspan(kHeader);
        const unsigned vendor = content[0] | static_cast<unsigned>(content[1]) << 8;
        if (vendor == kPciSig && content[2] == transport::kDoeSpdm) return true;
        index = content[3];
        if (index == 0) return false;
    }
    return false;
}

}  // namespace

Result<std::unique_ptr<ConfigSpace>> open_config_space(const std::string& address) {
    const std::string path = "/sys/bus/pci/devices/" + address + "/config";
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0)
        return fail(Errc::io, "target", Error::npos, fmt::format("{}: {}", path, std::strerror(errno)));
    return std::make_unique<SysfsConfigSpace>(file, path);
}

Result<std::unique_ptr<DoeDut>> DoeDut::open(std::unique_ptr<ConfigSpace> space, std::string target,
                                             DoeOptions options) {
    const std::vector<uint16_t> mailboxes = TRY(find_mailboxes(*space));
    std::string why;
    for (const uint16_t at : mailboxes) {
        std::unique_ptr<DoeDut> dut(new DoeDut(std::move(space), at, target, options));
        const auto spdm = lists_spdm(dut->mailbox_, [&] { return dut->until(options.answer_timeout); });
        if (spdm && *spdm) return dut;
        if (!spdm) why += fmt::format("; of the one at {:#05x}: {}", at, spdm.error().detail);
        space = std::move(dut->space_);
    }
    return fail(Errc::io, "target", Error::npos,
                fmt::format("{}: {}", target,
                            mailboxes.empty() ? "it has no mailbox for data object exchange"
                                              : "none of its mailboxes lists SPDM" + why));
}

DoeMailbox::Pause DoeDut::until(std::chrono::milliseconds time) const {
    const auto end = std::chrono::steady_clock::now() + time;
    return [end, poll = options_.poll] {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(poll);
        return true;
    };
}

Result<> DoeDut::reset() { return mailbox_.abort(until(options_.abort_timeout)); }

Result<std::optional<transport::Message>> DoeDut::message(ByteView bytes, transport::Payload payload,
                                                          Wait wait) {
    const auto time = wait == Wait::due ? options_.answer_timeout : options_.silence;
    const auto object = TRY(mailbox_.exchange(transport::wrap(transport::Binding::doe, bytes, payload),
                                              until(time), until(options_.abort_timeout)));
    if (!object) return std::nullopt;
    const transport::Unwrapped answer = TRY(transport::unwrap(transport::Binding::doe, *object));
    return transport::Message{answer.payload, to_bytes(answer.message)};
}

Result<std::optional<Bytes>> DoeDut::exchange(ByteView request, Wait wait) {
    auto answer = TRY(message(request, transport::Payload::spdm, wait));
    if (!answer) return std::nullopt;
    return std::move(answer->bytes);
}

Result<std::optional<Answer>> DoeDut::exchange_secured(ByteView record, Wait wait) {
    auto answer = TRY(message(record, transport::Payload::secured, wait));
    if (!answer) return std::nullopt;
    return Answer{std::move(answer->bytes), answer->payload == transport::Payload::secured};
}

Result<Frames> DoeDut::exchange_frames(FrameLayer layer, std::span<const Bytes> frames, size_t due) {
    if (!carries_frames(layer)) return Dut::exchange_frames(layer, frames, due);
    Frames back;
    for (const Bytes& frame : frames) {
        const auto time = back.frames.size() < due ? options_.answer_timeout : options_.silence;
        auto object = mailbox_.exchange(frame, until(time), until(options_.abort_timeout));
        // The error bit is how a mailbox refuses an object: no frame.
        if (!object && object.error().code == Errc::bad_code) continue;
        if (!object) return std::unexpected(object.error());
        if (*object) back.frames.push_back(std::move(**object));
    }
    return back;
}

void DoeDut::wait(std::chrono::microseconds time) { std::this_thread::sleep_for(time); }

}  // namespace assay::lab
