// The key schedule of a session (DSP0274, key schedule): from a shared secret and two transcript hashes to
// the secrets of both directions.
#pragma once

#include <functional>

#include "stack/crypto/provider.h"
#include "stack/record/record.h"
#include "stack/wire/version.h"

namespace assay::spdm {

// The direction of a message.
enum class Direction : uint8_t { request, response };

enum class SessionKind : uint8_t { key_exchange, psk };

// What a schedule depends on besides its inputs.
struct ScheduleParameters {
    crypto::HashAlgo hash = crypto::HashAlgo::sha256;
    crypto::AeadAlgo aead = crypto::AeadAlgo::aes_256_gcm;
    wire::Version version = wire::Version::v1_1;
    SessionKind kind = SessionKind::key_exchange;
    bool version_1_1_labels = false;  // a planted defect: labels that do not name the version
    bool zero_psk_salt = false;       // likewise: Salt_0 of a PSK session is zero at every version
};

class KeySchedule {
   public:
    KeySchedule(const crypto::Provider& provider, const ScheduleParameters& parameters)
        : provider_(&provider), parameters_(parameters) {}

    // HandshakeSecret and the two secrets made from it. `th1` is a hash.
    void begin(ByteView shared_secret, ByteView th1);
    // MasterSecret and the secrets made from it; what was before is wiped, but for the finished keys.
    void establish(ByteView th2);
    // The next data secret of one direction.
    void update(Direction way) { secret(way) = next(secret(way).view()); }

    // The secret of a direction: handshake, then data.
    const SecretBytes& secret(Direction way) const { return secrets_[static_cast<size_t>(way)]; }
    SecretBytes& secret(Direction way) { return secrets_[static_cast<size_t>(way)]; }
    const SecretBytes& export_master() const { return export_master_; }
    const SecretBytes& handshake_secret() const { return handshake_; }
    const SecretBytes& master_secret() const { return master_; }

    // HMAC of a transcript hash under a direction's finished key: RequesterVerifyData or ResponderVerifyData.
    crypto::Digest verify_data(Direction way, ByteView transcript) const;
    // The finished keys are not needed after the handshake.
    void forget_finished();

    // The key and IV that a direction's secret stands for.
    record::TrafficKey traffic_key(Direction way) const { return traffic_key(secret(way).view()); }
    record::TrafficKey traffic_key(ByteView secret) const;
    SecretBytes aead_key(ByteView secret) const;
    SecretBytes aead_iv(ByteView secret) const;

   private:
    // HKDF-Expand with BinConcat(size, label, context).
    SecretBytes expand(ByteView secret, std::string_view label, ByteView context, size_t size) const;
    SecretBytes next(ByteView secret) const;
    size_t hash_size() const { return crypto::digest_size(parameters_.hash); }

    const crypto::Provider* provider_;
    ScheduleParameters parameters_;
    SecretBytes handshake_, master_, export_master_;
    SecretBytes secrets_[2], finished_[2];
};

// What a session's secrets come from, given away only to who asked for a keylog: the Diffie-Hellman shared
// secret or the pre-shared key.
using KeyLog = std::function<void(SessionKind kind, ByteView secret)>;
// A line of a keylog file, as other tools of the field write it: "[DHE Secret]: hex" or "[PSK]: hex".
std::string keylog_line(SessionKind kind, ByteView secret);

}  // namespace assay::spdm
