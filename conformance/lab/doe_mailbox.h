// The mailbox of a PCI device for data object exchange, without I/O: how objects go through its registers in
// configuration space (PCI Express Base Specification 6.0, Data Object Exchange).
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "stack/base/bytes.h"
#include "stack/base/result.h"

namespace assay::lab {

// The configuration space of one function. Errors: Errc::io.
class ConfigSpace {
   public:
    ConfigSpace() = default;
    ConfigSpace(const ConfigSpace&) = delete;
    ConfigSpace& operator=(const ConfigSpace&) = delete;
    virtual ~ConfigSpace() = default;

    // A register at an offset that is a multiple of four.
    virtual Result<uint32_t> read(uint16_t offset) = 0;
    virtual Result<> write(uint16_t offset, uint32_t value) = 0;
};

// The extended capability of a mailbox, and its registers behind the capability's header.
namespace doe {
inline constexpr uint16_t kCapabilityId = 0x002e;
inline constexpr uint16_t kControl = 0x08, kStatus = 0x0c, kWriteData = 0x10, kReadData = 0x14;
inline constexpr uint32_t kAbort = 1U << 0, kGo = 1U << 31;
inline constexpr uint32_t kBusy = 1U << 0, kError = 1U << 2, kReady = 1U << 31;
}  // namespace doe

// The offsets of all mailboxes that a function has, in the order of its capabilities. Errors: those of the
// configuration space; Errc::bad_code for a list of capabilities that does not end.
Result<std::vector<uint16_t>> find_mailboxes(ConfigSpace& space);

class DoeMailbox {
   public:
    // Waits a moment, and says whether the time for what is waited for is not over yet.
    using Pause = std::function<bool()>;

    // `offset` of the capability.
    DoeMailbox(ConfigSpace& space, uint16_t offset) : space_(&space), offset_(offset) {}

    // Aborts what is on its way, and waits until the mailbox is idle. Errors: Errc::timeout when it stays
    // busy or in error.
    Result<> abort(const Pause& pause);
    // Sends an object and gives the one that comes back; nullopt: none was ready in time, and the mailbox was
    // told to abort, for which it has the time of `abort_pause`. Fewer words than a header has can be sent
    // too. Errors: Errc::unsupported for an object that is not whole words; Errc::bad_code when the mailbox
    // says so by its error bit, or when the object that comes is not of the length in its header; those of
    // abort().
    Result<std::optional<Bytes>> exchange(ByteView object, const Pause& pause, const Pause& abort_pause);
    // The version of its capability: 1 of DOE 1.0, 2 of DOE 1.1. Errors: those of the configuration space.
    Result<uint8_t> version();
    uint16_t offset() const { return offset_; }

   private:
    Result<uint32_t> status() { return space_->read(static_cast<uint16_t>(offset_ + doe::kStatus)); }
    Result<> put(uint16_t at, uint32_t value) {
        return space_->write(static_cast<uint16_t>(offset_ + at), value);
    }
    Result<uint32_t> take();
    Result<Bytes> take_object();
    Result<> failed(const Pause& pause, std::string why);

    ConfigSpace* space_;
    uint16_t offset_;
};

}  // namespace assay::lab
