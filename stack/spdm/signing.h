// What SPDM signs, and how (DSP0274, signature generation and verification).
#pragma once

#include "stack/crypto/provider.h"
#include "stack/wire/version.h"

namespace assay::spdm {

// The context strings of 1.2 and later.
inline constexpr std::string_view kChallengeAuthContext = "responder-challenge_auth signing";
inline constexpr std::string_view kMeasurementsContext = "responder-measurements signing";
inline constexpr std::string_view kKeyExchangeContext = "responder-key_exchange_rsp signing";
inline constexpr std::string_view kFinishContext = "requester-finish signing";
inline constexpr std::string_view kRequesterChallengeAuthContext = "requester-challenge_auth signing";

// combined_spdm_prefix: 100 bytes, the version four times, zeros, the context at the end. 1.2 and later;
// `context` has at most 36 bytes.
Bytes signing_prefix(wire::Version version, std::string_view context);

// What a signature is made with.
struct Suite {
    crypto::SignAlgo sign = crypto::SignAlgo::ecdsa_p256;
    crypto::HashAlgo hash = crypto::HashAlgo::sha256;
    wire::Version version = wire::Version::v1_0;
};

// Signs the hash of a transcript: as it is before 1.2, behind the prefix from 1.2 on.
Result<Bytes> sign_transcript(const crypto::Provider& provider, const Suite& suite,
                              const crypto::PrivateKey& key, std::string_view context,
                              const crypto::Digest& transcript);
Result<> verify_transcript(const crypto::Provider& provider, const Suite& suite, const crypto::PublicKey& key,
                           std::string_view context, const crypto::Digest& transcript, ByteView signature);

}  // namespace assay::spdm
