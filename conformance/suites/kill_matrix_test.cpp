#include "conformance/suites/kill_matrix.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "conformance/suites/earlier_kills.h"
#include "stack/spdm/check.h"
#include "stack/transport/framing.h"

namespace assay::cases {

BOOST_AUTO_TEST_SUITE(kill_matrix_suite)

BOOST_AUTO_TEST_CASE(whatever_is_spoiled_is_noticed_or_excused) {
    const engine::KillMatrix matrix = kill_matrix(Search::briefly);
    size_t due = transport::kFramingCount + transport::kFramingDefectCount;
    for (size_t i = 0; i < spdm::kCheckCount; ++i) due += spdm::info(static_cast<spdm::Check>(i)).responder;
    for (size_t i = 0; i < spdm::kDefectCount; ++i)
        due += spdm::info(static_cast<spdm::Defect>(i)).kind != spdm::DefectKind::input;
    BOOST_TEST(matrix.rows.size() == due);
    const auto kills = engine::run(matrix);
    BOOST_TEST_MESSAGE(engine::to_text(kills, matrix.note));
    std::set<std::string_view> names;
    for (const engine::Kill& kill : kills) {
        BOOST_TEST(!kill.survived(), kill.name);
        BOOST_TEST(names.insert(kill.name).second, "two faults are called " << kill.name);
    }
    check_earlier(matrix, kills, "responder");
    for (const std::string& by : kill_matrix_control(kills))
        BOOST_ERROR("finds fault with a reference that is not spoiled: " << by);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
