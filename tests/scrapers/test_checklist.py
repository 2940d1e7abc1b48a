"""What the portal was seen to do, and what may come in broken: by which test each is held, over real HTTP on loopback.

A name without a folder is a test of this folder, against the double; a line that no crawl can show names the test of
the room it belongs to beside it.

What the portal was seen to do:

    next_page relative, blank at the end       test_rest_crawl.test_next_page_is_followed_as_given_until_it_is_blank
    repeated cursor                            test_graphql_crawl.test_a_repeated_cursor_ends_the_run_instead_of_turning_in_circles
                                               test_rest_crawl.test_a_page_that_leads_back_ends_the_run
    data.X is null                             test_graphql_crawl.test_null_data_is_an_empty_page
    errors with status 200                     test_graphql_crawl.test_errors_with_status_200_fail_the_run_and_are_archived
    401 stops                                  test_graphql_crawl.test_a_refused_token_stops_at_once
    429, then good; 503, then good; a timeout  test_politeness.test_trouble_that_passes_is_waited_for
                                               test_politeness.test_a_pause_holds_back_every_request
    a page of another size than 200            test_graphql_crawl.test_pages_follow_the_cursor_whatever_their_size
    a filter ignored by the server             test_graphql_crawl.test_a_filter_that_the_server_ignored_fails_the_run
                                               test_graphql_crawl.test_a_window_that_the_server_ignored_fails_the_run
                                               test_rest_crawl.test_rows_of_somebody_else_fail_the_run
                                               test_observed.test_rows_of_the_register_that_are_somebody_elses_fail_the_run
                                               test_phrases.test_a_search_that_the_server_ignored_fails_the_run
                                               test_phrases.test_announcements_that_the_server_ignored_fail_the_run
    version 00 with 01 counts once             test_registry.test_every_contract_counts_once
    450 and 455 are superseded                 test_registry.test_of_two_versions_at_most_one_counts
                                               test_registry.test_a_hole_in_the_crawl_lets_a_superseded_version_stand
    terminated 340 with a sum paid             test_observed.test_of_a_terminated_contract_counts_what_was_paid
    deleted = 1                                test_registry.test_every_contract_counts_once
    D in the journal                           test_registry.test_the_journal_takes_a_contract_out_of_the_count
                                               test_rest_crawl.test_a_window_reads_what_the_journal_deleted
    sums with and without VAT                  test_three_ways.test_all_keep_the_sum_without_vat_that_is_stated
    lines repeat the sum of the contract       test_observed.test_lines_that_repeat_the_sum_of_their_contract_add_nothing
    a plan point announced five times          test_observed.test_a_plan_point_announced_five_times_is_one_contract
                                               ingest.test_real_sources.test_lots_count_once
    an empty list of the register              test_html_crawl.test_an_empty_list_is_empty
    the cap of 10,000 rows                     test_html_crawl.test_above_the_cap_the_days_are_halved_until_they_fit
                                               test_html_crawl.test_more_on_one_day_than_are_shown_fails_the_run
    a captcha with status 200                  test_html_crawl.test_a_captcha_with_status_200_is_waited_for
                                               test_html_crawl.test_a_captcha_that_stays_stops_the_crawl_after_three
    a BIN that lost its zeros                  test_observed.test_a_number_sent_without_its_zeros_is_the_same_number
    a supplier who is a person, masked         test_observed.test_a_masked_number_of_a_person_identifies_nobody
                                               test_rest_crawl.test_a_person_is_marked_and_its_number_stays_out_of_names_and_details
                                               publish.test_privacy.test_no_number_of_a_person_in_any_byte
    &quot; in names                            test_observed.test_entities_in_names_are_read
    organiser and customer differ              test_observed.test_the_organiser_is_not_the_payer
    an unknown code                            test_observed.test_codes_that_nobody_knows_are_kept_and_never_count
    budget year and year of signature differ   test_observed.test_the_budget_year_counts_and_not_the_year_of_the_signature
    a contract over several years is split     test_registry.test_every_contract_counts_once
    Astana and Nur-Sultan, South Kazakhstan
    and Turkistan                              test_observed.test_a_renamed_city_is_one_region_and_a_divided_one_is_several
    a ministry renamed in the middle of a year test_observed.test_a_ministry_renamed_in_the_middle_of_a_year
    Kazakh letters, Latin look-alikes in names test_observed.test_kazakh_letters_come_through
                                               test_observed.test_a_latin_look_alike_in_a_name_makes_no_second_recipient
    precision and recall of the media rules    topics.test_topic_labels.test_floor_on_labels_read_by_a_person

What may come in broken:

    truncated gzip, HTML instead of JSON       test_politeness.test_trouble_that_passes_is_waited_for
                                               test_politeness.test_trouble_that_stays_fails_the_run_after_a_few_tries
                                               test_politeness.test_a_page_cut_short_is_not_taken_for_a_page
    JSON instead of a page                     test_html_crawl.test_json_with_status_200_in_place_of_a_page_is_asked_for_again
    a heading that is new or missing           test_observed.test_a_heading_that_is_missing_or_new_stops_the_run
                                               test_html_crawl.test_another_heading_stops_the_run_and_is_named
    a field of the interface that is missing   test_rest_crawl.test_a_missing_field_stops_the_run_and_names_it
    swapped headings                           test_observed.test_swapped_headings_swap_nothing
    a wrong encoding                           test_observed.test_a_page_in_another_encoding_is_refused_and_not_read_as_rubbish
    a bad row among good ones                  test_graphql_crawl.test_one_bad_row_does_not_take_its_page_with_it
                                               test_html_crawl.test_a_card_without_its_sum_is_rejected_not_guessed
    a card that cannot be had                  test_html_crawl.test_a_card_that_cannot_be_had_is_said_and_the_run_is_not_complete
    a body not compressed as it says           test_broken_answers.test_a_body_that_is_not_compressed_as_it_says_is_asked_for_again
    a body far too large, a bomb               test_broken_answers.test_a_body_larger_than_any_page_is_refused_once
    what is broken on the wire                 test_broken_answers.test_what_is_broken_on_the_wire_is_asked_for_again
    a wait asked for by Retry-After            test_broken_answers.test_a_wait_that_the_portal_asks_for_is_kept
    a token sent back in an error              test_broken_answers.test_a_token_that_is_sent_back_is_kept_nowhere
    robots.txt that cannot be had, or is odd   test_robots.test_rules_that_cannot_be_had_allow_nothing
                                               test_robots.test_rules_in_odd_spelling_forbid_as_well
    hidden text, odd markup                    test_odd_markup.test_what_a_page_hides_is_no_part_of_a_sum
                                               test_odd_markup.test_pages_that_a_browser_would_show_are_read_whole
    a thing said in two ways                   test_odd_markup.test_a_card_that_says_a_thing_in_two_ways_is_rejected
    the card of another contract               test_odd_markup.test_the_card_of_another_contract_is_rejected
    a list that ends early, or moves           test_register_lists.test_a_count_that_stops_at_the_cap_is_not_believed
                                               test_register_lists.test_rows_that_come_in_between_two_pages_are_all_found
                                               test_rest_crawl.test_a_further_page_that_is_absent_fails_the_run
    the release stays as it was                cli.test_due.test_a_rebuilt_portal_fails_the_run_and_leaves_the_release_as_it_was
    kill -9 and an interrupt                   test_registry.test_a_crawl_killed_in_the_middle_is_completed_by_the_next
                                               test_registry.test_an_interrupt_ends_the_run_in_order_and_at_once
"""  # noqa: E501 - names of tests are not broken over lines

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
NAMED = re.findall(r"(?<![\w.])((?:\w+\.)?test_\w+)\.(test_\w+)", __doc__ or "")


def test_the_table_was_read() -> None:
    assert len(NAMED) == len(re.findall(r"\.test_\w+$", __doc__ or "", re.MULTILINE))
    assert len(set(NAMED)) > 40


@pytest.mark.parametrize(("module", "name"), sorted(set(NAMED)), ids=".".join)
def test_the_named_test_is_there(module: str, name: str) -> None:
    folder, _, file = module.rpartition(".")
    path = TESTS / (folder or "scrapers") / f"{file}.py"
    found = {
        node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)
    }
    assert name in found
