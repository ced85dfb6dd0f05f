#include "stack/transfer/executor.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <vector>

namespace assay::transfer {

BOOST_AUTO_TEST_SUITE(executor)

BOOST_AUTO_TEST_CASE(every_task_is_run_once_with_a_lane_of_its_own) {
    for (size_t threads : {1U, 2U, 4U}) {
        ThreadExecutor executor(threads);
        BOOST_TEST(executor.lanes() == threads);
        for (size_t tasks : {0U, 1U, 2U, 100U}) {
            std::vector<std::atomic<int>> runs(tasks), lanes(threads);
            std::atomic<int> shared = 0;
            executor.run(tasks, [&](size_t task, size_t lane) {
                if (lanes[lane].fetch_add(1) != 0) ++shared;
                ++runs[task];
                lanes[lane].fetch_sub(1);
            });
            for (const auto& count : runs) BOOST_TEST(count == 1);
            BOOST_TEST(shared == 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(inline_tasks_are_run_in_their_order) {
    std::vector<size_t> order;
    inline_executor().run(4, [&](size_t task, size_t lane) { order.push_back(task + lane); });
    BOOST_TEST((order == std::vector<size_t>{0, 1, 2, 3}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transfer
