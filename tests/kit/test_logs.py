import logging

from higgsml_kit.logs import at_least


def test_a_logger_tells_again_what_it_told(caplog):
    log = logging.getLogger("submission")
    with caplog.at_level(logging.INFO):
        with at_least("submission", logging.WARNING):
            log.info("not asked for")
            log.warning("a word")
        log.info("after")
    assert caplog.messages == ["a word", "after"]
