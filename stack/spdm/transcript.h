// The transcripts of a connection outside sessions: VCA, M1/M2, L1/L2 (DSP0274, CHALLENGE_AUTH and
// MEASUREMENTS signature generation). Both ends keep one; equal messages give equal digests.
#pragma once

#include <memory>

#include "stack/crypto/provider.h"
#include "stack/wire/codes.h"
#include "stack/wire/version.h"

namespace assay::spdm {

// What TH holds of FINISH and FINISH_RSP where their own signature and verify data are made: everything
// before these, or the header alone, without the opaque data that came with 1.4 (DISPUTE-FINISH-OPAQUE). The
// data keys depend on the whole messages in both readings.
enum class FinishTranscript : uint8_t { whole, header };
// That part of a message whose signature and verify data were cut off.
ByteView finish_part(FinishTranscript reading, ByteView message);

class Transcript {
   public:
    explicit Transcript(const crypto::Provider& provider) : provider_(&provider) {}

    // GET_VERSION: everything is forgotten.
    void clear();
    // One of the six messages of VCA.
    void add_vca(ByteView message) { append(vca_, message); }
    ByteView vca() const { return vca_; }
    // After ALGORITHMS: from here on there is a hash.
    void begin(crypto::HashAlgo hash, wire::Version version);
    // What a request resets by coming: L1/L2, unless it asks for measurements itself; M1/M2, when it leaves
    // an authentication behind that was not brought to its end. `authenticated`: a CHALLENGE was answered on
    // this connection.
    void on_request(wire::Code code, bool authenticated);
    // The part of M1/M2, which requests inside sessions have too.
    void on_session_request(wire::Code code, bool authenticated);

    // B and C of M1/M2 = A || B || C.
    void add_m1(ByteView message);
    void reset_m1();
    crypto::Digest m1() const;
    // M1/M2 as it stands, to be put back when a response is not given after all. To be used before the next
    // begin().
    struct SavedM1 {
        std::unique_ptr<crypto::Hash> hash;
        bool fresh = true;
    };
    SavedM1 save_m1() const { return {m1_ ? m1_->clone() : nullptr, m1_fresh_}; }
    void restore_m1(SavedM1 saved);

    // L1/L2: measurement exchanges, behind VCA from 1.2 on.
    void add_l1(ByteView message);
    void reset_l1();
    crypto::Digest l1() const;

   private:
    const crypto::Provider* provider_;
    Bytes vca_;
    wire::Version version_ = wire::Version::v1_0;
    std::unique_ptr<crypto::Hash> m1_;
    std::unique_ptr<crypto::Hash> l1_;
    bool m1_fresh_ = true;
    bool l1_fresh_ = true;
};

}  // namespace assay::spdm
