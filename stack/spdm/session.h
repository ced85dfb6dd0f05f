// A session as both ends have it: its keys, its two directions, its transcript hash. What may be sent when is
// decided by the requester and the responder.
#pragma once

#include <optional>

#include "stack/spdm/check.h"
#include "stack/spdm/key_schedule.h"
#include "stack/spdm/parameters.h"
#include "stack/spdm/transcript.h"

namespace assay::spdm {

// DSP0274, session: after KEY_EXCHANGE_RSP or PSK_EXCHANGE_RSP; after FINISH_RSP, PSK_FINISH_RSP or where
// there is none. A session that ended does not exist any more.
enum class Phase : uint8_t { handshake, application };

// The checks by which one end refuses a record.
struct RecordChecks {
    Check length, sequence, limit, tag, application, inner;
};
extern const RecordChecks kResponderRecordChecks, kRequesterRecordChecks;

// On the wire ReqSessionID comes first.
inline uint32_t session_id(uint16_t req, uint16_t rsp) { return uint32_t{rsp} << 16 | req; }

// What a session is made with.
struct SessionSetup {
    uint32_t id = 0;
    SessionKind kind = SessionKind::key_exchange;
    const record::Transport* transport = &record::none();
    record::NonceOrder order = record::NonceOrder::little;
    // Records under one key, at most (DSP0277 1.3, AEAD limit).
    uint64_t limit = record::kMaxSequence;
};

class Session {
   public:
    // The transcript hash begins with VCA. `parameters` are those of the connection, and negotiated.
    Session(const crypto::Provider& provider, const SessionSetup& setup, const Parameters& parameters,
            ByteView vca, const Checker& checker);

    uint32_t id() const { return setup_.id; }
    SessionKind kind() const { return setup_.kind; }
    Phase phase() const { return phase_; }
    record::Protection protection() const { return protection_; }
    const record::Transport& transport() const { return *setup_.transport; }

    // TH (DSP0274, transcript hash): what was added so far, hashed.
    void add_th(ByteView message) { th_->update(message); }
    crypto::Digest th() const { return th_->digest(); }
    // TH as it would be with more behind it.
    crypto::Digest th_with(std::initializer_list<ByteView> more) const;
    // A digest of a certificate chain or key that TH holds.
    void add_th_digest(ByteView what);
    // L1/L2 of the session.
    Transcript& measured() { return measured_; }

    // TH1 is complete: handshake keys.
    void begin(ByteView shared_secret);
    // TH2 is complete: data keys, and the application phase.
    void establish();

    // RequesterVerifyData or ResponderVerifyData over TH as it stands, and whether one is right (in constant
    // time).
    crypto::Digest verify_data(Direction way) const;
    crypto::Digest verify_data(Direction way, const crypto::Digest& th) const {
        return schedule_.verify_data(way, th.view());
    }
    bool verifies(Direction way, ByteView verify_data) const;

    // A record around application data, or around an SPDM message. Errors: Errc::out_of_range when it is too
    // long or the direction has no sequence number left.
    Result<Bytes> seal(Direction way, ByteView application_data, ByteView random = {});
    Result<Bytes> seal_message(Direction way, ByteView message, ByteView random = {});
    // What a record of one direction holds. A refused record changes nothing.
    Checked<Bytes> open(Direction way, const record::Parsed& record, const Checker& checker,
                        const RecordChecks& checks);
    // The same down to the SPDM message.
    Checked<Bytes> open_message(Direction way, const record::Parsed& record, const Checker& checker,
                                const RecordChecks& checks);

    // Key update. The old key is kept beside the new one until confirm(); of what arrives, each is tried.
    void update(Direction way);
    void confirm(Direction way);
    void roll_back(Direction way);
    // Whether an old key is kept, and whether the last record that was opened came under it.
    bool updating(Direction way) const { return direction(way).backup.has_value(); }
    bool opened_by_old_key() const { return opened_by_old_key_; }
    // How often a direction's data key was updated; equal on both sides after each acknowledgement.
    uint32_t generation(Direction way) const { return direction(way).generation; }

    // The number of the next record, and a way to come near its end without sending so many.
    uint64_t sequence(Direction way) const { return direction(way).now.next; }
    void set_sequence(Direction way, uint64_t next) { direction(way).now.next = next; }
    uint64_t limit() const { return setup_.limit; }

    const KeySchedule& schedule() const { return schedule_; }
    const record::TrafficKey& key(Direction way) const { return *direction(way).now.key; }
    record::SealOptions seal_options(Direction way) const { return options(direction(way).now.next); }

   private:
    struct Keyed {
        SecretBytes secret;
        std::optional<record::TrafficKey> key;
        uint64_t next = 0;
    };
    struct DirectionKeys {
        Keyed now;
        std::optional<Keyed> backup;
        uint32_t generation = 0;
    };
    DirectionKeys& direction(Direction way) { return directions_[static_cast<size_t>(way)]; }
    const DirectionKeys& direction(Direction way) const { return directions_[static_cast<size_t>(way)]; }
    record::SealOptions options(uint64_t sequence) const;
    void set_keys();
    Keyed keyed(Direction way) const;
    Checked<Bytes> open_by(Keyed& keyed, const record::Parsed& record, const Checker& checker,
                           const RecordChecks& checks) const;
    bool sequence_matches(const Keyed& keyed, const record::Parsed& record) const;

    SessionSetup setup_;
    const crypto::Provider* provider_;
    crypto::HashAlgo hash_;
    record::Protection protection_;
    Phase phase_ = Phase::handshake;
    std::unique_ptr<crypto::Hash> th_;
    Transcript measured_;
    KeySchedule schedule_;
    DirectionKeys directions_[2];
    bool opened_by_old_key_ = false;
    // Planted defects, false but in a harness build that asks for them.
    bool number_first_ = false, number_stays_ = false, number_unread_ = false, restart_number_ = true,
         keep_old_ = false, believe_length_ = false;
};

}  // namespace assay::spdm
