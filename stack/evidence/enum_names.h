// The names of enumerators in edits (place.h).
#pragma once

#include <string>

#include "stack/evidence/ocsp.h"
#include "stack/evidence/tpm.h"
#include "stack/wire/version.h"

namespace assay::evidence {

// `kAll` has those that an edit can choose.
template <class E>
struct EnumNames;
template <>
struct EnumNames<crypto::HashAlgo> {
    static constexpr crypto::HashAlgo kAll[] = {crypto::HashAlgo::sha256, crypto::HashAlgo::sha384,
                                                crypto::HashAlgo::sha512};
    static std::string name(crypto::HashAlgo value) { return std::string(crypto::name(value)); }
};
template <>
struct EnumNames<crypto::SignAlgo> {
    static constexpr crypto::SignAlgo kAll[] = {
        crypto::SignAlgo::rsassa_2048, crypto::SignAlgo::rsapss_2048, crypto::SignAlgo::rsassa_3072,
        crypto::SignAlgo::rsapss_3072, crypto::SignAlgo::rsassa_4096, crypto::SignAlgo::rsapss_4096,
        crypto::SignAlgo::ecdsa_p256,  crypto::SignAlgo::ecdsa_p384,  crypto::SignAlgo::ecdsa_p521};
    static std::string name(crypto::SignAlgo value) { return std::string(crypto::name(value)); }
};
template <>
struct EnumNames<wire::Version> {
    static constexpr wire::Version kAll[] = {wire::Version::v1_0, wire::Version::v1_1, wire::Version::v1_2,
                                             wire::Version::v1_3, wire::Version::v1_4};
    static std::string name(wire::Version value) { return std::string(wire::name(value)); }
};
template <>
struct EnumNames<Standing> {
    static constexpr Standing kAll[] = {Standing::good, Standing::revoked, Standing::hold, Standing::unknown};
    static std::string name(Standing value) {
        switch (value) {
            case Standing::good: return "good";
            case Standing::revoked: return "revoked";
            case Standing::hold: return "hold";
            case Standing::unknown: break;
        }
        return "unknown";
    }
};
template <>
struct EnumNames<CanonicalLogForm::Encoding> {
    using Encoding = CanonicalLogForm::Encoding;
    static constexpr Encoding kAll[] = {Encoding::tlv, Encoding::json, Encoding::sequence};
    static std::string name(Encoding value) {
        switch (value) {
            case Encoding::tlv: return "tlv";
            case Encoding::json: return "json";
            case Encoding::sequence: break;
        }
        return "sequence";
    }
};

}  // namespace assay::evidence
