#include "stack/spdm/key_schedule.h"

#include "stack/base/writer.h"
#include "stack/crypto/kdf.h"

namespace assay::spdm {

namespace {

constexpr std::string_view kHandshakeLabels[] = {"req hs data", "rsp hs data"};
constexpr std::string_view kDataLabels[] = {"req app data", "rsp app data"};

}  // namespace

SecretBytes KeySchedule::expand(ByteView secret, std::string_view label, ByteView context,
                                size_t size) const {
    wire::Version version = parameters_.version_1_1_labels ? wire::Version::v1_1 : parameters_.version;
    Writer info;
    info.u16(static_cast<uint16_t>(size)).bytes(as_bytes("spdm")).bytes(as_bytes(wire::name(version)));
    info.u8(' ').bytes(as_bytes(label)).bytes(context);
    // The sizes of keys and hashes are far below what HKDF can give.
    return *crypto::hkdf_expand(*provider_, parameters_.hash, secret, info.view(), size);
}

SecretBytes KeySchedule::next(ByteView secret) const {
    return expand(secret, "traffic upd", {}, hash_size());
}

void KeySchedule::begin(ByteView shared_secret, ByteView th1) {
    // Salt_0 of a pre-shared key is all ones from 1.3 on, so that both kinds never share a secret.
    bool ones = parameters_.kind == SessionKind::psk && parameters_.version >= wire::Version::v1_3 &&
                !parameters_.zero_psk_salt;
    Bytes salt(hash_size(), ones ? 0xff : 0x00);
    handshake_ = crypto::hkdf_extract(*provider_, parameters_.hash, salt, shared_secret);
    for (size_t way = 0; way < 2; ++way) {
        secrets_[way] = expand(handshake_.view(), kHandshakeLabels[way], th1, hash_size());
        finished_[way] = expand(secrets_[way].view(), "finished", {}, hash_size());
    }
}

void KeySchedule::establish(ByteView th2) {
    SecretBytes salt = expand(handshake_.view(), "derived", {}, hash_size());
    Bytes zeros(hash_size());
    master_ = crypto::hkdf_extract(*provider_, parameters_.hash, salt.view(), zeros);
    for (size_t way = 0; way < 2; ++way) {
        secrets_[way] = expand(master_.view(), kDataLabels[way], th2, hash_size());
    }
    export_master_ = expand(master_.view(), "exp master", th2, hash_size());
    handshake_.clear();
}

void KeySchedule::forget_finished() {
    for (SecretBytes& key : finished_) key.clear();
    master_.clear();
}

crypto::Digest KeySchedule::verify_data(Direction way, ByteView transcript) const {
    return provider_->hmac(parameters_.hash, finished_[static_cast<size_t>(way)].view(), transcript);
}

SecretBytes KeySchedule::aead_key(ByteView secret) const {
    return expand(secret, "key", {}, crypto::key_size(parameters_.aead));
}

SecretBytes KeySchedule::aead_iv(ByteView secret) const {
    return expand(secret, "iv", {}, crypto::kAeadIvSize);
}

record::TrafficKey KeySchedule::traffic_key(ByteView secret) const {
    SecretBytes key = aead_key(secret), iv = aead_iv(secret);
    return *record::TrafficKey::make(*provider_, parameters_.aead, key.view(), iv.view());
}

std::string keylog_line(SessionKind kind, ByteView secret) {
    return std::string(kind == SessionKind::psk ? "[PSK]: " : "[DHE Secret]: ") + to_hex(secret);
}

}  // namespace assay::spdm
