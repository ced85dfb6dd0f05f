// What a message's layout depends on besides its own bytes.
#pragma once

#include <cstdint>

#include "stack/wire/version.h"

namespace assay::wire {

// The parameters of a connection, and of the request being answered, that decide which fields exist and
// how long they are. Sizes are in bytes; 0 means "not negotiated", and a field of that size is empty.
struct Context {
    Version version = Version::v1_0;
    uint16_t hash_size = 0;                 // BaseHashSel
    uint16_t signature_size = 0;            // BaseAsymSel: the responder's signatures
    uint16_t requester_signature_size = 0;  // ReqBaseAsymAlg
    uint16_t exchange_size = 0;             // DHE public value, or KEM encapsulation key
    uint16_t exchange_response_size = 0;    // KEM ciphertext; 0: as exchange_size
    bool multi_key = false;                 // of the side that answers: MULTI_KEY_CONN_RSP or _REQ
    bool verify_data_in_exchange = true;  // KEY_EXCHANGE_RSP: false with HANDSHAKE_IN_THE_CLEAR on both sides
    bool verify_data_in_finish = false;   // FINISH_RSP: the opposite

    bool measures = true;  // MEAS_CAP of the responder: without it no response has a summary

    // Of the request that a response answers.
    bool measurement_summary = false;  // it asked for a MeasurementSummaryHash
    bool signed_response = false;      // it asked for a signature (GET_MEASUREMENTS, GET_ENDPOINT_INFO)

    uint8_t sequence_size = 0;  // of a secured message's sequence number
};

}  // namespace assay::wire
