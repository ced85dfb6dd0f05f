// Planted defects of input validation: each reads what a length says before, or instead of, looking at what
// is there. A sanitizer notices; without the defect none of it is done.
#include <bit>

#include "stack/spdm/responder.h"
#include "stack/wire/header.h"

namespace assay::spdm {

namespace {

// Reads memory in a way that the compiler does not remove.
void touch(const uint8_t* from, size_t size) {
    volatile uint8_t sink = 0;
    for (size_t i = 0; i < size; ++i) sink = static_cast<uint8_t>(sink ^ from[i]);
}

size_t u16(const uint8_t* from) { return static_cast<size_t>(from[0] | from[1] << 8); }

}  // namespace

void Responder::plant_exchange(ByteView request) const {
    const uint8_t* bytes = request.data();
    size_t opaque = size_t{40} + parameters_.context().exchange_size;
    if (checker_.has(Defect::exchange_opaque_overread)) touch(bytes + opaque, 2);
    bool there = request.size() >= opaque + 2;
    if (checker_.has(Defect::exchange_opaque_unbounded) && there)
        touch(bytes + opaque + 2, u16(bytes + opaque));
    if (checker_.has(Defect::slot_index_unchecked)) {
        Bytes usable(kSlots, 1);
        touch(usable.data() + wire::param2(request), 1);
    }
    // The first element: ID, VendorLen, VendorID, OpaqueElementDataLen.
    if (checker_.has(Defect::opaque_vendor_overread) && request.size() >= opaque + 2 + 8) {
        const uint8_t* element = bytes + opaque + 2 + (parameters_.version >= wire::Version::v1_2 ? 4 : 8);
        touch(element + 1, 1);
        touch(element + 2, element[1] + size_t{2});
    }
}

void Responder::plant_psk_exchange(ByteView request) const {
    if (!checker_.has(Defect::psk_lengths_unchecked) || request.size() < 12) return;
    touch(request.data() + 12, u16(request.data() + 6));
}

void Responder::plant_finish(ByteView request, Defect overread) const {
    if (checker_.has(overread) && parameters_.version >= wire::Version::v1_4) touch(request.data() + 4, 2);
    if (checker_.has(Defect::finish_hmac_overread) && overread == Defect::finish_opaque_overread) {
        touch(request.data() + 4, parameters_.context().hash_size);
    }
}

void Responder::plant_delivery(ByteView request) const {
    if (checker_.has(Defect::deliver_short_overread)) touch(request.data() + 4, 4);
}

void Responder::plant_digests(ByteView response) const {
    if (!checker_.has(Defect::encapsulated_digests_overread)) return;
    touch(response.data() + 4,
          static_cast<size_t>(std::popcount(wire::param2(response))) * parameters_.context().hash_size);
}

void Responder::plant_portion(ByteView response) const {
    if (!checker_.has(Defect::encapsulated_portion_unchecked) || response.size() < 8) return;
    touch(response.data() + 8, u16(response.data() + 4));
}

void Responder::plant_record(const record::Parsed& record) const {
    if (checker_.has(Defect::record_length_unchecked)) touch(record.body.data(), record.length);
}

void Responder::plant_vendor(ByteView request) const {
    // StandardID, VendorIDLen, VendorID, ReqLength, payload.
    if (!checker_.has(Defect::vendor_length_unchecked) || request.size() < 7) return;
    size_t length = size_t{7} + request[6];
    if (request.size() >= length + 2) touch(request.data() + length + 2, u16(request.data() + length));
}

}  // namespace assay::spdm
