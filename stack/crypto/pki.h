// A test PKI made at run time: root, intermediate, leaf. No key of it is ever stored.
#pragma once

#include "stack/crypto/x509.h"

namespace assay::crypto {

// Three certificates and the leaf's key.
struct TestPki {
    PrivateKey root_key;
    PrivateKey intermediate_key;
    PrivateKey leaf_key;
    Certificate root;
    Certificate intermediate;
    Certificate leaf;

    // root || intermediate || leaf, DER.
    Bytes chain_der() const;
};

// Makes a PKI for leaf signatures of `algo` under issuers that sign with `issuer_algo` and `hash`. Elliptic
// and EdDSA keys are a function of `label`; RSA keys are made once a process and kept, shared between labels.
// Under EdDSA issuers the same label gives the same chain, byte for byte, in every run unless the leaf's key
// is RSA.
//
// Each certificate is named "<label> root", "<label> intermediate" or "<label> leaf", and is valid from
// 2020-01-01 to 2120-01-01. `leaf` describes another leaf; its subject, issuer, serial and times are filled
// in where they are those of a default CertificateSpec. `leaf_key` is the leaf's, instead of one of its own.
// Errors: as make_certificate.
Result<TestPki> make_test_pki(SignAlgo algo, SignAlgo issuer_algo, HashAlgo hash, std::string_view label,
                              const CertificateSpec* leaf = nullptr, const PrivateKey* leaf_key = nullptr);

}  // namespace assay::crypto
