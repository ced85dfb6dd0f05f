// For tests: a quote in which every field has a value of its own.
#pragma once

#include "stack/attest/quote.h"

namespace assay::attest {

inline Quote example_quote() {
    Quote quote;
    quote.magic = evidence::kTpmGenerated;
    quote.type = evidence::kTpmQuote;
    quote.qualified_signer = Bytes(34, 1);
    quote.extra_data = Bytes(32, 2);
    quote.clock = 0x0102030405060708;
    quote.reset_count = 9;
    quote.restart_count = 10;
    quote.firmware_version = 11;
    quote.selections = {{0x000b, {0, 7, 23}}, {0x0027, {}}};
    quote.digest = Bytes(32, 3);
    return quote;
}

}  // namespace assay::attest
