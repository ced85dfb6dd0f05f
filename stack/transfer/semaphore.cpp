#include "stack/transfer/semaphore.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstring>

namespace assay::transfer {

namespace {

constexpr size_t kWords = kSemaphoreSize / 4, kNotifierWord = 1, kTagAt = 16;

using Image = std::array<uint8_t, kSemaphoreSize>;

bool fits(std::span<uint8_t> memory) {
    return memory.size() == kSemaphoreSize && std::bit_cast<uintptr_t>(memory.data()) % 4 == 0;
}

std::atomic_ref<uint32_t> word(std::span<uint8_t> memory, size_t index) {
    return std::atomic_ref(*reinterpret_cast<uint32_t*>(memory.data() + 4 * index));
}

uint32_t little_endian(uint32_t value) {
    if constexpr (std::endian::native == std::endian::big) value = std::byteswap(value);
    return value;
}

uint32_t load(const Image& image, size_t index) {
    uint32_t value = 0;
    std::memcpy(&value, image.data() + 4 * index, 4);
    return little_endian(value);
}

void store(Image& image, size_t index, uint32_t value) {
    value = little_endian(value);
    std::memcpy(image.data() + 4 * index, &value, 4);
}

// All but the notifier, one 32-bit word at a time.
void publish(std::span<uint8_t> memory, const Image& image) {
    for (size_t i = 0; i < kWords; ++i) {
        uint32_t value = 0;
        std::memcpy(&value, image.data() + 4 * i, 4);
        if (i != kNotifierWord) word(memory, i).store(value, std::memory_order_release);
    }
}

Image take(std::span<uint8_t> memory) {
    Image image{};
    for (size_t i = 0; i < kWords; ++i) {
        const uint32_t value = word(memory, i).load(std::memory_order_acquire);
        std::memcpy(image.data() + 4 * i, &value, 4);
    }
    return image;
}

}  // namespace

Checked<> SemaphoreWriter::write(uint32_t value, std::span<uint8_t> memory) {
    if (!fits(memory)) return std::unexpected(Refusal{Check::semaphore_size, {}});
    Image image{};
    store(image, 0, value);
    const std::span<uint8_t> text = std::span(image).first(4);
    TRY(channel_.seal({}, {text, text, std::span(image).subspan(kTagAt)}));
    word(memory, kNotifierWord).store(little_endian(notifier_ + 1), std::memory_order_seq_cst);
    publish(memory, image);
    notifier_ += 2;
    word(memory, kNotifierWord).store(little_endian(notifier_), std::memory_order_seq_cst);
    return {};
}

Checked<> SemaphoreReader::expect() {
    const Slots slots = TRY(channel_.reserve(1, 4));
    ++expected_;
    table_[expected_ % table_.size()] = slots;
    return {};
}

Checked<uint32_t> SemaphoreReader::read(std::span<uint8_t> memory) {
    if (!fits(memory)) return std::unexpected(Refusal{Check::semaphore_size, {}});
    const uint32_t before = little_endian(word(memory, kNotifierWord).load(std::memory_order_acquire));
    Image image = take(memory);
    const uint32_t after = little_endian(word(memory, kNotifierWord).load(std::memory_order_acquire));
    // What was overwritten while it was taken does not verify either; an odd notifier says so at once.
    store(image, kNotifierWord, before == after ? before : after | 1);
    Checked<uint32_t> value = attempt(image);
    const bool again = !value && info(value.error().check).effect == Effect::later;
    failures_ = again ? failures_ + 1 : 0;
    if (!again || failures_ < kSemaphoreTries) return value;
    if (checker().has(Defect::semaphore_retries_unbounded)) return value;
    TRY(checker().demand(Check::semaphore_retries, false));
    return value;
}

Checked<uint32_t> SemaphoreReader::attempt(ByteView taken) {
    Image image{};
    std::ranges::copy(taken, image.begin());
    const uint32_t notifier = load(image, kNotifierWord);
    const bool careless = checker().has(Defect::semaphore_notifier_ignored);
    if (!careless) TRY(checker().demand(Check::semaphore_writing, notifier % 2 == 0));
    if (notifier == notifier_) return value_;
    // A value goes forward, and not beyond what was expected.
    const uint32_t ahead = (notifier - notifier_) / 2;
    const bool newer = ahead <= expected_ - notifier_ / 2;
    if (!careless) TRY(checker().demand(Check::semaphore_torn, newer));
    Slots& slots = table_[notifier / 2 % table_.size()];
    Image plain{};
    const Piece piece{.in = ByteView(image).first(4),
                      .out = std::span(plain).first(4),
                      .tag = std::span(image).subspan(kTagAt)};
    Checked<> opened = channel_.open_at(slots, {}, {&piece, 1});
    if (!opened) {
        const Check check = opened.error().check;
        const bool torn = check == Check::block_tag || check == Check::iv_not_fresh;
        return std::unexpected(torn ? Refusal{Check::semaphore_torn, {}} : opened.error());
    }
    notifier_ = notifier;
    return value_ = load(plain, 0);
}

}  // namespace assay::transfer
