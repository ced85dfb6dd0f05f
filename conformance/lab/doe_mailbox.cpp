#include "conformance/lab/doe_mailbox.h"

#include <algorithm>

namespace assay::lab {

namespace {

// Extended capabilities begin here and are linked by their headers: ID, version, offset of the next.
constexpr uint16_t kFirstCapability = 0x100;
constexpr size_t kMostCapabilities = 960;  // of 4 bytes each, in what is left of the 4096 bytes
constexpr size_t kWord = 4;
constexpr uint32_t kLengthMask = 0x3ffff;  // of the second word, in words; 0 stands for 2^18

uint32_t word(ByteView bytes, size_t index) {
    uint32_t value = 0;
    for (size_t i = 0; i < kWord; ++i) value |= uint32_t{bytes[index * kWord + i]} << 8 * i;
    return value;
}

void add_word(Bytes& bytes, uint32_t value) {
    for (size_t i = 0; i < kWord; ++i) bytes.push_back(static_cast<uint8_t>(value >> 8 * i));
}

}  // namespace

Result<std::vector<uint16_t>> find_mailboxes(ConfigSpace& space) {
    std::vector<uint16_t> found;
    uint16_t at = kFirstCapability;
    for (size_t i = 0; i < kMostCapabilities && at >= kFirstCapability; ++i) {
        const uint32_t header = TRY(space.read(at));
        // No capabilities at all.
        if (header == 0 || header == UINT32_MAX) return found;
        if ((header & 0xffff) == doe::kCapabilityId) found.push_back(at);
        at = static_cast<uint16_t>(header >> 20 & 0xffc);
    }
    if (at >= kFirstCapability)
        return fail(Errc::bad_code, "capabilities", at, "the list of extended capabilities does not end");
    return found;
}

Result<> DoeMailbox::abort(const Pause& pause) {
    TRY(put(doe::kControl, doe::kAbort));
    while ((TRY(status()) & (doe::kBusy | doe::kError)) != 0) {
        if (!pause()) return fail(Errc::timeout, "mailbox", Error::npos, "it stays busy after an abort");
    }
    return {};
}

Result<> DoeMailbox::failed(const Pause& pause, std::string why) {
    TRY(abort(pause));
    return fail(Errc::bad_code, "mailbox", Error::npos, std::move(why));
}

Result<uint8_t> DoeMailbox::version() { return static_cast<uint8_t>(TRY(space_->read(offset_)) >> 16 & 0xf); }

// One word; writing to the register makes the next appear.
Result<uint32_t> DoeMailbox::take() {
    const uint32_t value = TRY(space_->read(static_cast<uint16_t>(offset_ + doe::kReadData)));
    TRY(put(doe::kReadData, 0));
    return value;
}

Result<Bytes> DoeMailbox::take_object() {
    Bytes object;
    add_word(object, TRY(take()));
    add_word(object, TRY(take()));
    uint32_t words = word(object, 1) & kLengthMask;
    if (words == 0) words = kLengthMask + 1;
    while (object.size() < size_t{words} * kWord) {
        // Without it the register holds nothing that was sent.
        if ((TRY(status()) & doe::kReady) == 0) break;
        add_word(object, TRY(take()));
    }
    return object;
}

Result<std::optional<Bytes>> DoeMailbox::exchange(ByteView object, const Pause& pause,
                                                  const Pause& abort_pause) {
    const size_t words = object.size() / kWord;
    if (object.size() % kWord != 0)
        return fail(Errc::unsupported, "object", Error::npos, "a mailbox takes whole words of four bytes");
    if ((TRY(status()) & (doe::kBusy | doe::kError | doe::kReady)) != 0) TRY(abort(abort_pause));
    for (size_t i = 0; i < words; ++i) TRY(put(doe::kWriteData, word(object, i)));
    TRY(put(doe::kControl, doe::kGo));
    for (;;) {
        const uint32_t now = TRY(status());
        if ((now & doe::kError) != 0) TRY(failed(abort_pause, "the mailbox reports an error"));
        if ((now & doe::kReady) != 0) break;
        if (pause()) continue;
        TRY(abort(abort_pause));
        return std::nullopt;
    }
    Bytes answer = TRY(take_object());
    const uint32_t length = word(answer, 1) & kLengthMask;
    const uint32_t after = TRY(status());
    if ((after & doe::kError) != 0)
        TRY(failed(abort_pause, "the mailbox reports an error behind its object"));
    const size_t due = (length == 0 ? size_t{kLengthMask} + 1 : length) * kWord;
    if (length == 1 || answer.size() != due)
        TRY(failed(abort_pause, "an object that is shorter than its header says"));
    if ((after & doe::kReady) != 0) TRY(failed(abort_pause, "more than the object's header says"));
    return answer;
}

}  // namespace assay::lab
