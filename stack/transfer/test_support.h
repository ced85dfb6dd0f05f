// What the tests of this module share. Never included by anything else.
#pragma once

#include <memory>
#include <string>

#include "stack/base/random.h"
#include "stack/transfer/channel.h"

namespace assay::transfer {

inline const crypto::Provider* const kProviders[] = {&crypto::openssl_provider(), &crypto::fast_provider()};

inline Bytes export_secret(uint64_t seed = 1) { return SeededRandom(seed).bytes(kExportSecretSize); }

inline Checker waiving(Check check) {
    FaultConfig faults;
    faults.waive(check);
    return Checker(faults);
}

inline Checker planting(Defect defect) {
    FaultConfig faults;
    faults.plant(defect);
    return Checker(faults);
}

// The name of the check that refused, or "taken".
template <class T>
std::string outcome(const Checked<T>& result) {
    return result ? "taken" : std::string(info(result.error().check).name);
}

inline std::shared_ptr<KeyRing> ring_of(KeyId id, Checker checker = Checker(), uint64_t seed = 1,
                                        const crypto::Provider& provider = crypto::openssl_provider()) {
    return std::make_shared<KeyRing>(KeyRing::expand(provider, export_secret(seed), id, checker).value());
}

inline Bytes flipped(ByteView bytes, size_t bit) {
    Bytes changed = to_bytes(bytes);
    changed.at(bit / 8) = static_cast<uint8_t>(changed.at(bit / 8) ^ (1U << (bit % 8)));
    return changed;
}

// A sealed message as it travels.
struct Message {
    uint32_t version = 0;
    Bytes text;
    Bytes tag = Bytes(crypto::kAeadTagSize);
};

// Two ends of one direction.
struct Pair {
    explicit Pair(KeyId id = KeyId::lce00_h2d_user, ChannelConfig config = {}, Checker sender = Checker(),
                  Checker receiver = Checker(), const crypto::Provider& provider = crypto::openssl_provider())
        : send_ring(ring_of(id, sender, 1, provider)),
          receive_ring(ring_of(id, receiver, 1, provider)),
          sender(Channel::make(send_ring, config).value()),
          receiver(Channel::make(receive_ring, config).value()) {}

    Message seal(ByteView plaintext, ByteView aad = {}) {
        Message message{.version = 0, .text = to_bytes(plaintext)};
        auto slots = sender.seal(aad, {message.text, message.text, message.tag});
        if (slots) message.version = slots->version;
        return message;
    }

    // The plaintext in hexadecimal, or the name of the check that refused.
    std::string open(Message message, ByteView aad = {}) {
        Bytes out(message.text.size());
        auto opened = receiver.open(message.version, aad, {message.text, out, message.tag});
        return opened ? to_hex(out) : outcome(opened);
    }

    // Both ends to the next version of the key.
    bool rotate() {
        if (!receiver.may_rotate()) return false;
        uint64_t sealed = sender.counted();
        if (!send_ring->rotate() || !receive_ring->rotate()) return false;
        sender.rotated(sealed);
        receiver.rotated(sealed);
        return true;
    }

    std::shared_ptr<KeyRing> send_ring, receive_ring;
    Channel sender, receiver;
};

}  // namespace assay::transfer
