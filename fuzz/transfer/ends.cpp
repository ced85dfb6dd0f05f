#include "fuzz/transfer/ends.h"

#include <cstdlib>

#include "fuzz/common/coverage.h"

namespace assay::fuzz {

namespace {

using namespace transfer;

// What the environment wants planted or waived.
Checker wanted_checker() {
    FaultConfig faults;
#ifdef ASSAY_HARNESS
    const char* defect = std::getenv("ASSAY_DEFECT");
    const char* check = std::getenv("ASSAY_WAIVE");
    if (auto wanted = defect != nullptr ? defect_from_name(defect) : std::nullopt) faults.plant(*wanted);
    if (auto wanted = check != nullptr ? check_from_name(check) : std::nullopt) faults.waive(*wanted);
#endif
    return Checker(faults);
}

EndpointConfig config_of(uint8_t choice, const crypto::Provider& provider) {
    EndpointConfig config;
    config.provider = &provider;
    config.mode = choice % 4 == 1 ? Mode::apm : choice % 4 == 2 ? Mode::off : Mode::cc;
    config.channels = 2;
    config.mask = {9, 8, 7, 6, 5, 4, 3, 2, 1};
    config.staging = {.buffer_size = kTransferBufferSize,
                      .page_size = kTransferPageSize,
                      .initial = 1,
                      .most = kTransferBuffers - 1};
    if ((choice & transfer_choice::few_messages) != 0) config.message_limit = 12;
    if ((choice & transfer_choice::low_thresholds) != 0) config.thresholds = {.lower = 30, .upper = 60};
    return config;
}

}  // namespace

TransferEnds::TransferEnds(uint8_t the_choice, const crypto::Provider& provider)
    : choice(the_choice),
      watch(provider),
      config(config_of(choice, watch)),
      marker(SeededRandom(5).bytes(16)) {
    revive();
}

void TransferEnds::revive() {
    static const Checker kWanted = wanted_checker();
    const Bytes secret = SeededRandom(100 + sessions++).bytes(kExportSecretSize);
    shared = Bytes(kTransferSharedSize);
    memory.bytes = Bytes(kTransferDeviceSize);
    attacked = false;
    EndpointConfig of_guest = config, of_gpu = config;
    if ((choice & transfer_choice::sound_guest) == 0) of_guest.checker = kWanted;
    if ((choice & transfer_choice::sound_gpu) == 0) of_gpu.checker = kWanted;
    guest = GuestEndpoint::make(SecretBytes(secret), shared, of_guest).value();
    gpu = GpuEndpoint::make(SecretBytes(secret), shared, of_gpu, memory).value();
    if ((choice & transfer_choice::last_rpcs) != 0) {
        for (Endpoint* end : {static_cast<Endpoint*>(guest.get()), static_cast<Endpoint*>(gpu.get())}) {
            end->rpc_out().channel().set_counted(UINT64_MAX - 2);
            end->rpc_in().channel().set_counted(UINT64_MAX - 2);
        }
    }
    if (!guest->set_ready() || !gpu->set_ready()) violated("a new path can be made ready", "it cannot");
}

Bytes TransferEnds::tenant_data(size_t size) {
    Bytes data = SeededRandom(1000 + ++transfers).bytes(size);
    for (size_t i = 0; i < size; ++i) {
        if (i % kTransferPageSize < marker.size()) data[i] = marker[i % kTransferPageSize];
    }
    return data;
}

}  // namespace assay::fuzz
