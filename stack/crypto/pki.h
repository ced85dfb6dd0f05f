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

// Makes a PKI for leaf signatures of `algo` under issuers that sign with `issuer_algo`. Elliptic keys are a function of `label`, so the same label gives the
// same chain in each run where the algorithm's signatures are deterministic; RSA keys are made once a
// process and kept. Valid from 2020-01-01 to 2120-01-01 unless `leaf` says otherwise.
Result<TestPki> make_test_pki(SignAlgo algo, SignAlgo issuer_algo, HashAlgo hash, std::string_view label,
                              const CertificateSpec* leaf = nullptr);

}  // namespace assay::crypto
