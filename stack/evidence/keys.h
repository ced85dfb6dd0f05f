// The keys that evidence is signed with. None is stored: each is a function of its label.
#pragma once

#include <string>

#include "stack/crypto/provider.h"

namespace assay::evidence {

// A key by its label. Elliptic keys are the same in every process; RSA keys are made once a process.
struct KeyName {
    std::string label;
    crypto::SignAlgo algo = crypto::SignAlgo::ecdsa_p384;
    unsigned rsa_bits = 0;  // of an RSA key of another size than `algo` says; 0: of that one

    auto operator<=>(const KeyName&) const = default;
};

// Thread-safe; what it returns is made once a process.
crypto::PrivateKey key(const KeyName& name);

// r || s for ECDSA, big-endian for RSA. The same signature for the same bytes throughout a process, but for
// forget_signatures().
Bytes sign(const KeyName& name, crypto::HashAlgo hash, ByteView message);
// For programs that make evidence in an endless loop. keep_signatures() keeps the signatures made so far for
// good; forget_signatures() drops those made since, which are then made anew.
void keep_signatures();
void forget_signatures();
// SEQUENCE { r, s } for ECDSA.
Bytes sign_der(const KeyName& name, crypto::HashAlgo hash, ByteView message);
// AlgorithmIdentifier of what sign_der makes.
Bytes signature_algorithm(crypto::SignAlgo algo, crypto::HashAlgo hash);

// RSASSA-PSS with every parameter left at its default, which is SHA-1 (RFC 4055, 3.1): nobody should accept
// it.
Bytes sign_pss_sha1(const KeyName& name, ByteView message);
Bytes pss_sha1_algorithm();

Bytes digest(crypto::HashAlgo hash, ByteView message);
// As OCSP names issuers, and old banks of a TPM are: 20 bytes.
Bytes sha1(ByteView message);

}  // namespace assay::evidence
