#include "stack/transfer/channel.h"

#include <algorithm>

namespace assay::transfer {

namespace {

using crypto::Aead;
using crypto::kAeadTagSize;

constexpr uint64_t kWindow = 8;  // of a planted defect

// Whether a tag's first four bytes are those that the plaintext would be sealed with: a planted defect.
bool short_tag_fits(Aead& aead, const Iv& iv, ByteView aad, const Piece& piece) {
    std::array<uint8_t, kAeadTagSize> tag{};
    Bytes text(piece.in.size());
    return aead.crypt(iv, piece.in, text) && aead.seal_apart(iv, aad, text, text, tag) &&
           equal(ByteView(tag).first(4), ByteView(piece.tag).first(4));
}

}  // namespace

Checked<Channel> Channel::make(std::shared_ptr<KeyRing> ring, const ChannelConfig& config) {
    const uint64_t channel = TRY(ring->take_channel_counter());
    return Channel(std::move(ring), config, channel);
}

const Channel::Version* Channel::known(uint32_t id) const {
    auto found = std::ranges::find(versions_, id, &Version::id);
    return found == versions_.end() ? nullptr : &*found;
}

Checked<Channel::Version*> Channel::version(uint32_t id) {
    std::erase_if(versions_, [&](const Version& one) { return ring_->key(one.id).empty(); });
    if (ring_->closed()) return std::unexpected(Refusal{Check::key_closed, {}});
    auto found = std::ranges::find(versions_, id, &Version::id);
    if (found != versions_.end()) return &*found;
    if (ring_->key(id).empty()) return std::unexpected(Refusal{Check::key_version, {}});
    auto behind = std::ranges::find_if(versions_, [&](const Version& one) { return one.id > id; });
    Version fresh{
        .id = id, .channel = channel_, .counter = MessageCounter(config_.layout, config_.message_limit)};
    // Under an older version that was never used nothing was sealed either.
    return &*versions_.insert(behind, std::move(fresh));
}

Checked<> Channel::check_sizes(std::span<const Piece> pieces) const {
    // Not to be waived: memory is at stake.
    for (const Piece& piece : pieces) {
        if (piece.in.size() != piece.out.size() || piece.tag.size() != kAeadTagSize) {
            return std::unexpected(Refusal{Check::block_size, {}});
        }
    }
    return {};
}

Checked<> Channel::prepare(Version& version, size_t lanes) {
    while (version.lanes.size() < lanes) {
        auto aead = ring_->provider().new_aead(crypto::AeadAlgo::aes_256_gcm, ring_->key(version.id));
        version.lanes.push_back(TRY(checker().demand_value(Check::key_version, std::move(aead))));
    }
    return {};
}

void Channel::advance(Version& version, uint64_t messages) const {
    if (!has(Defect::iv_reused)) version.counter.advance(messages);
}

Checked<Slots> Channel::reserve(uint32_t messages, uint64_t bytes) {
    if (config_.protection == Protection::clear) return Slots{.count = messages, .fresh = 1};
    Version& current = *TRY(version(ring_->version()));
    TRY(ring_->may_work());
    const uint64_t first = TRY(current.counter.peek(0, checker()));
    if (messages > 1) TRY(current.counter.peek(messages - 1, checker()));
    advance(current, messages);
    ring_->count(messages, bytes);
    return Slots{.version = current.id, .first = first, .count = messages, .fresh = 1};
}

Checked<Slots> Channel::seal(ByteView aad, const Piece& piece) {
    TRY(check_sizes({&piece, 1}));
    Slots slots = TRY(reserve(1, piece.in.size()));
    TRY(seal_at(slots, aad, {&piece, 1}));
    return slots;
}

Checked<Slots> Channel::seal_run(std::span<const Piece> pieces, Executor& executor) {
    TRY(check_sizes(pieces));
    uint64_t bytes = 0;
    for (const Piece& piece : pieces) bytes += piece.in.size();
    Slots slots = TRY(reserve(static_cast<uint32_t>(pieces.size()), bytes));
    TRY(seal_at(slots, {}, pieces, executor));
    return slots;
}

Checked<> Channel::seal_at(Slots& slots, ByteView aad, std::span<const Piece> pieces, Executor& executor) {
    TRY(checker().demand(Check::iv_not_fresh, slots.fresh == 1));
    TRY(check_sizes(pieces));
    if (pieces.size() != slots.count) return std::unexpected(Refusal{Check::block_size, {}});
    if (config_.protection != Protection::clear) {
        Version& current = *TRY(version(slots.version));
        TRY(run(Direction::seal, current, slots.first, aad, pieces, executor));
    } else {
        for (const Piece& piece : pieces) {
            if (piece.in.data() != piece.out.data()) std::ranges::copy(piece.in, piece.out.begin());
            std::ranges::fill(piece.tag, uint8_t{0});
        }
    }
    if (!has(Defect::freshness_kept)) slots.fresh = 0;
    return {};
}

Checked<> Channel::open(uint32_t version, ByteView aad, const Piece& piece) {
    return open_next(version, aad, {&piece, 1}, inline_executor());
}

Checked<> Channel::open_run(uint32_t version, std::span<const Piece> pieces, Executor& executor) {
    return open_next(version, {}, pieces, executor);
}

Checked<> Channel::open_next(uint32_t id, ByteView aad, std::span<const Piece> pieces, Executor& executor) {
    TRY(check_sizes(pieces));
    if (config_.protection == Protection::clear) {
        Slots slots{.count = static_cast<uint32_t>(pieces.size()), .fresh = 1};
        return open_at(slots, aad, pieces, executor);
    }
    if (pieces.empty()) return {};
    Version& current = *TRY(version(id));
    const uint64_t first = TRY(current.counter.peek(0, checker()));
    TRY(current.counter.peek(pieces.size() - 1, checker()));
    const bool due = !current.end || current.counter.used() + pieces.size() <= *current.end;
    if (!has(Defect::end_ignored)) TRY(checker().demand(Check::version_ended, due));
    Checked<> opened = run(Direction::open, current, first, aad, pieces, executor);
    if (!opened) {
        if (has(Defect::refusal_advances)) advance(current, pieces.size());
        const Piece& piece = pieces.front();
        if (pieces.size() == 1 && opens_out_of_turn(*current.lanes.front(), current, first, aad, piece))
            return {};
        return opened;
    }
    advance(current, pieces.size());
    for (const Piece& piece : pieces) ring_->count(1, piece.in.size());
    return {};
}

Checked<> Channel::open_at(Slots& slots, ByteView aad, std::span<const Piece> pieces, Executor& executor) {
    TRY(checker().demand(Check::iv_not_fresh, slots.fresh == 1));
    TRY(check_sizes(pieces));
    if (pieces.size() != slots.count) return std::unexpected(Refusal{Check::block_size, {}});
    if (config_.protection == Protection::clear) {
        for (const Piece& piece : pieces) {
            if (piece.in.data() != piece.out.data()) std::ranges::copy(piece.in, piece.out.begin());
        }
    } else {
        Version& taken = *TRY(version(slots.version));
        TRY(run(Direction::open, taken, slots.first, aad, pieces, executor));
    }
    if (!has(Defect::freshness_kept)) slots.fresh = 0;
    return {};
}

Checked<> Channel::skip() {
    if (config_.protection == Protection::clear) return {};
    Version& current = *TRY(version(ring_->version()));
    TRY(current.counter.peek(0, checker()));
    advance(current, 1);
    return {};
}

Checked<> Channel::run(Direction way, Version& version, uint64_t first, ByteView aad,
                       std::span<const Piece> pieces, Executor& executor) {
    if (has(Defect::aad_ignored)) aad = {};
    TRY(prepare(version, pieces.size() == 1 ? 1 : executor.lanes()));
    bool all = true;
    if (pieces.size() == 1) {
        all = message(way, *version.lanes.front(), version, first, aad, pieces.front());
    } else {
        good_.assign(pieces.size(), 0);
        executor.run(pieces.size(), [&](size_t i, size_t lane) {
            good_[i] = message(way, *version.lanes[lane], version, first + i, aad, pieces[i]) ? 1 : 0;
        });
        all = std::ranges::all_of(good_, [](uint8_t good) { return good == 1; });
    }
    if (all) return {};
    if (!has(Defect::unverified_kept)) {
        for (const Piece& piece : pieces) wipe(piece.out);
    }
    return std::unexpected(Refusal{Check::block_tag, {}});
}

bool Channel::message(Direction way, Aead& aead, const Version& version, uint64_t counter, ByteView aad,
                      const Piece& piece) const {
    if (way == Direction::open) return open_message(aead, version, counter, aad, piece);
    const Iv iv = make_iv(config_.layout, counter, version.channel, config_.mask, checker());
    if (config_.protection == Protection::encrypted) {
        std::ranges::fill(piece.tag, uint8_t{0});
        return aead.crypt(iv, piece.in, piece.out).has_value();
    }
    return aead.seal_apart(iv, aad, piece.in, piece.out, piece.tag).has_value();
}

bool Channel::open_message(Aead& aead, const Version& version, uint64_t counter, ByteView aad,
                           const Piece& piece) const {
    const Iv iv = make_iv(config_.layout, counter, version.channel, config_.mask, checker());
    if (config_.protection == Protection::encrypted || checker().waived(Check::block_tag) ||
        (has(Defect::tag_short) && short_tag_fits(aead, iv, aad, piece))) {
        return aead.crypt(iv, piece.in, piece.out).has_value();
    }
    if (has(Defect::unverified_kept)) {
        const Bytes in = to_bytes(piece.in);
        const bool good = aead.open_apart(iv, aad, in, piece.tag, piece.out).has_value();
        return aead.crypt(iv, in, piece.out).has_value() && good;
    }
    return aead.open_apart(iv, aad, piece.in, piece.tag, piece.out).has_value();
}

bool Channel::opens_out_of_turn(Aead& aead, const Version& version, uint64_t counter, ByteView aad,
                                const Piece& piece) const {
    uint64_t back = 0, ahead = 0;
    if (has(Defect::receive_not_advanced)) back = 1;
    if (has(Defect::replay_window)) back = ahead = kWindow;
    for (uint64_t at = counter - std::min(back, counter); at <= counter + ahead && back != 0; ++at) {
        if (open_message(aead, version, at, aad, piece)) return true;
    }
    return false;
}

Checked<> Channel::may_rotate() const {
    if (ring_->version() + 1 < kKeptVersions) return {};
    const Version* last = known(ring_->version() + 1 - static_cast<uint32_t>(kKeptVersions));
    const bool arrived = last == nullptr || !last->end || last->counter.used() >= *last->end;
    return checker().demand(Check::rotation_in_flight, arrived);
}

void Channel::rotated(uint64_t sealed) {
    if (config_.protection != Protection::sealed) return;
    auto before = version(ring_->version() - 1);
    if (before) (*before)->end = sealed;
}

Checked<> Channel::rotate_iv() {
    Version& current = *TRY(version(ring_->version()));
    channel_ = TRY(ring_->take_channel_counter());
    current.channel = channel_;
    current.counter = MessageCounter(config_.layout, config_.message_limit);
    return {};
}

uint64_t Channel::counted() const {
    const Version* current = known(ring_->version());
    return current == nullptr ? 0 : current->counter.used();
}

uint64_t Channel::remaining() const {
    const Version* current = known(ring_->version());
    if (current != nullptr) return current->counter.remaining();
    return MessageCounter(config_.layout, config_.message_limit).remaining();
}

void Channel::set_counted(uint64_t messages) {
    auto current = version(ring_->version());
    if (current) (*current)->counter.set(messages);
}

}  // namespace assay::transfer
