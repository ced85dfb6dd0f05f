#include "stack/evidence/machine.h"

#include <boost/test/unit_test.hpp>

namespace assay::evidence {

BOOST_AUTO_TEST_SUITE(evidence_maker)

namespace {

MachineOptions whole() {
    MachineOptions options;
    options.gpus.emplace_back().firmware = {Model::gh100, "550.90.07", "96.00.9F.00.01"};
    options.tpm = options.snp = options.composite = true;
    return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_machine_is_a_folder_of_what_it_lists) {
    const auto files = make(genuine(whole()));
    BOOST_REQUIRE(files.has_value());
    for (const char* path : {"evidence.json", "context.json", "gpu-0/report.bin", "gpu-0/certificates.pem",
                             "rims/0.xml", "rims/1.xml", "ocsp/0.der", "tpm/quote.bin", "snp/report.bin"}) {
        BOOST_TEST(files->contains(path), path);
    }
    BOOST_TEST(files->at("snp/report.bin").size() == 1184U);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_evidence) {
    const Files first = make(genuine(whole())).value_or(Files{});
    BOOST_TEST(!first.empty());
    BOOST_TEST((first == make(genuine(whole())).value_or(Files{})));
    MachineOptions other = whole();
    other.seed = 2;
    BOOST_TEST((first != make(genuine(other)).value_or(Files{})));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::evidence
