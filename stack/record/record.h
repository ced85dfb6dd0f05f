// Secured messages of DSP0277, versions 1.0 to 1.3: the record, and one key that seals and opens it. Which
// side may send which record when, and what a failed one leads to, is decided by stack/spdm.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "stack/crypto/provider.h"

namespace assay::record {

// What a transport adds to records (DSP0276 for MCTP, DSP0287 for TCP).
struct Transport {
    uint8_t sequence_size = 0;  // bytes of the sequence number that are on the wire
    uint8_t max_random = 0;     // random bytes behind the application data, at most
    // Before an SPDM message inside a record, which makes it application data: these bytes, and before them a
    // length of that many bytes, which counts everything behind itself.
    uint8_t spdm_length_size = 0;
    ByteView spdm_prefix{};
};
const Transport& mctp();
const Transport& doe();
const Transport& tcp();
const Transport& none();

// An SPDM message as application data of a record.
Bytes to_application(const Transport& transport, ByteView spdm_message);
// The SPDM message that the application data of a record is, or nothing when it is something else: over MCTP
// a message of another type, over TCP what does not begin with the header that to_application would give it.
std::optional<ByteView> from_application(const Transport& transport, ByteView application_data);

// Which capabilities both sides have: ENCRYPT_CAP and MAC_CAP, or MAC_CAP alone.
enum class Protection : uint8_t { encrypt, mac_only };

// How the sequence number goes into the IV. DSP0277 says it from 1.2 on.
enum class NonceOrder : uint8_t { little, big };

// No record has this number: it would be the last before a wrap.
inline constexpr uint64_t kMaxSequence = UINT64_MAX;

// A parsed record; the views point into it.
struct Parsed {
    uint32_t session_id = 0;
    uint64_t sequence = 0;  // the low sequence_size bytes; 0 where the transport has none
    uint16_t length = 0;    // as it says of itself
    ByteView header;        // all before `body`
    ByteView body;          // behind it `length` bytes, or what there is when that is less
    bool complete = false;  // whether there are as many as it says, and a tag's worth at least
};
// Errors: Errc::truncated when not even the header is there.
Result<Parsed> parse(ByteView record, const Transport& transport);

// What one record holds besides its application data.
struct SealOptions {
    uint32_t session_id = 0;
    uint64_t sequence = 0;
    Protection protection = Protection::encrypt;
    NonceOrder order = NonceOrder::little;
    // What the header says instead of `sequence`, where a test wants the two to differ.
    std::optional<uint64_t> stated{};
    int longer = 0;  // added to Length, beyond what is there, likewise
};

// The key and IV of one direction between two key updates.
class TrafficKey {
   public:
    // Errors: Errc::bad_key for a key or an IV of the wrong size.
    static Result<TrafficKey> make(const crypto::Provider& provider, crypto::AeadAlgo algo, ByteView key,
                                   ByteView iv);

    // A record around application data, with `random` behind it when it is encrypted. Errors:
    // Errc::out_of_range when Length would not hold it.
    Result<Bytes> seal(const SealOptions& options, const Transport& transport, ByteView application_data,
                       ByteView random = {}) const;
    // The same into a buffer that is used again; its memory is kept. After an error it holds nothing of use.
    Result<> seal_into(Bytes& record, const SealOptions& options, const Transport& transport,
                       ByteView application_data, ByteView random = {}) const;
    // A record around plaintext that is taken as it is: of encrypted records the inner length is part of it.
    Result<Bytes> seal_raw(const SealOptions& options, const Transport& transport, ByteView plaintext) const;

    // The plaintext of a record with that number: of encrypted ones ApplicationDataLength is part of it. The
    // tag is all that is checked: that the record is complete, of that session and says that number is for
    // the caller to see. Errors: Errc::bad_signature, Errc::truncated when there is no room for a tag.
    Result<Bytes> open(const SealOptions& options, const Parsed& record) const;
    // The same into a buffer that is used again. After an error it holds no plaintext.
    Result<> open_into(Bytes& plaintext, const SealOptions& options, const Parsed& record) const;
    // The same as open() without looking at the tag, for builds that waive that check; empty where there is
    // no room for one.
    Bytes open_unverified(const SealOptions& options, const Parsed& record) const;

   private:
    TrafficKey(std::unique_ptr<crypto::Aead> aead, SecretBytes iv)
        : aead_(std::move(aead)), iv_(std::move(iv)) {}

    using Parts = std::array<ByteView, 3>;
    Result<> seal_parts(Bytes& record, const SealOptions& options, const Transport& transport,
                        const Parts& plaintext) const;

    std::unique_ptr<crypto::Aead> aead_;
    SecretBytes iv_;
};

// The application data in the plaintext of a record. Errors: Errc::out_of_range when ApplicationDataLength
// says more than there is, Errc::truncated when it is not there.
Result<ByteView> application_data(Protection protection, ByteView plaintext);

}  // namespace assay::record
