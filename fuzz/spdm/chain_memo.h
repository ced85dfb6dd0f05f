// What came of certificate chains: reading and judging them takes longer than everything else in a walk.
#pragma once

#include <map>

#include "stack/crypto/x509.h"

namespace assay::fuzz {

// Remembers until it is frozen. From then on it only answers what it knows and has the rest worked out anew,
// so that an input covers the same whatever ran before it.
class ChainMemo {
   public:
    // As crypto::parse_certificates().
    Result<std::vector<crypto::Certificate>> read(ByteView der);
    // As crypto::chain_violations().
    std::vector<crypto::ChainRule> judge(const std::vector<crypto::Certificate>& chain,
                                         const crypto::ChainPolicy& policy);
    void freeze() { frozen_ = true; }

   private:
    bool frozen_ = false;
    std::map<Bytes, std::vector<crypto::Certificate>> read_;
    std::map<Bytes, std::vector<crypto::ChainRule>> judged_;
};

}  // namespace assay::fuzz
