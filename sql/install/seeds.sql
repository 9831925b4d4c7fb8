-- Rows that come with the extension. A restored dump brings its own: there (row_security is
-- off) each arriving row removes the shipped twin first, so that an administrator's edits win.

CREATE OR REPLACE FUNCTION torale_internal.replace_shipped_provider() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    DELETE FROM torale.providers p WHERE p.name = NEW.name;
    RETURN NEW;
END
$$;
CREATE OR REPLACE FUNCTION torale_internal.replace_shipped_template() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    DELETE FROM torale.task_templates t WHERE t.id = NEW.id;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.providers_before_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER -- for the internal C function
SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    known text[];
    strange text;
BEGIN
    IF NEW.kind IN ('search', 'llm', 'memory') AND NOT NEW.adapter = ANY (torale_internal.known_adapters(NEW.kind)) THEN
        PERFORM torale_internal.refuse(format('unknown adapter %L for a %s provider', NEW.adapter, NEW.kind),
            format('provider: %s', NEW.name), format('Known are: %s.', array_to_string(torale_internal.known_adapters(NEW.kind), ', ')));
    END IF;
    -- Another value is a constraint's to refuse.
    IF jsonb_typeof(NEW.options) = 'object' THEN
        known := torale_internal.known_options(NEW.adapter);
        SELECT key INTO strange FROM jsonb_object_keys(NEW.options) key WHERE NOT key = ANY (known) ORDER BY key LIMIT 1;
        IF FOUND THEN
            PERFORM torale_internal.refuse(format('unknown option %L for the adapter %L', strange, NEW.adapter),
                format('provider: %s', NEW.name), coalesce('Known are: ' || nullif(array_to_string(known, ', '), '') || '.', 'It takes none.'));
        END IF;
    END IF;
    RETURN NEW;
END
$$;

INSERT INTO torale.providers (name, kind, adapter, url, model, secret_name, priority, price_per_call, price_in_per_mtok, price_out_per_mtok)
VALUES
    ('perplexity', 'search', 'perplexity', 'https://api.perplexity.ai', NULL, 'PERPLEXITY_API_KEY', 10, 0.005, 0, 0),
    ('tavily', 'search', 'tavily', 'https://api.tavily.com', NULL, 'TAVILY_API_KEY', 20, 0.008, 0, 0), -- a credit
    ('exa', 'search', 'exa', 'https://api.exa.ai', NULL, 'EXA_API_KEY', 30, 0.007, 0, 0), -- replies say their own
    ('brave', 'search', 'brave', 'https://api.search.brave.com', NULL, 'BRAVE_API_KEY', 40, 0.005, 0, 0),
    ('parallel', 'search', 'parallel', 'https://api.parallel.ai', NULL, 'PARALLEL_API_KEY', 50, 0.005, 0, 0),
    ('builtin', 'search', 'builtin', NULL, NULL, NULL, 1000, 0, 0, 0),
    ('gemini', 'llm', 'gemini', 'https://generativelanguage.googleapis.com', 'gemini-3-flash-preview', 'GEMINI_API_KEY', 10, 0, 0.50, 3),
    ('openai', 'llm', 'openai', 'https://api.openai.com/v1', 'gpt-5-mini', 'OPENAI_API_KEY', 20, 0, 0.25, 2),
    ('anthropic', 'llm', 'anthropic', 'https://api.anthropic.com', 'claude-haiku-4-5', 'ANTHROPIC_API_KEY', 30, 0, 1, 5),
    ('rules', 'llm', 'rules', NULL, NULL, NULL, 1000, 0, 0, 0),
    ('mem0', 'memory', 'mem0', 'https://api.mem0.ai', NULL, 'MEM0_API_KEY', 10, 0, 0, 0);

-- Off until somebody wants them. SearXNG needs no key, so that nothing else could say that one
-- runs here. Sonar and OpenAI's search would be paid by keys that were given for something
-- else, and the latter finds addresses and titles only.
INSERT INTO torale.providers (name, kind, adapter, url, model, secret_name, priority, enabled, price_per_call, price_in_per_mtok, price_out_per_mtok)
VALUES
    ('searxng', 'search', 'searxng', 'http://127.0.0.1:8888', NULL, NULL, 60, false, 0, 0, 0),
    ('sonar', 'search', 'sonar', 'https://api.perplexity.ai', 'sonar', 'PERPLEXITY_API_KEY', 70, false, 0.005, 1, 1),
    ('openai_search', 'search', 'openai_search', 'https://api.openai.com/v1', 'gpt-5-mini', 'OPENAI_API_KEY', 80, false, 0.01, 0.25, 2);

-- A model of one's own needs no key either. Ollama knows no tool_choice, answers in JSON or calls
-- tools but not both, and loads a model before its first word.
INSERT INTO torale.providers (name, kind, adapter, url, model, options, priority, enabled)
VALUES
    ('ollama', 'llm', 'openai', 'http://127.0.0.1:11434', 'qwen3:8b',
     '{"tool_choice": false, "json_with_tools": false, "temperature": 0, "timeout_s": 300}', 40, false);

INSERT INTO torale.task_templates (id, name, category, icon, schedule, notify_behavior, search_query, condition_description, description)
VALUES
    ('gta-vi-release-date', 'GTA VI Release Date', 'Gaming', 'gamepad', '0 12 * * *', 'once',
     'What is the release date of GTA VI?', 'Rockstar Games has officially confirmed a day and month of release', 'Know when the release day of Grand Theft Auto VI is official.'),
    ('spacex-starship-launch', 'SpaceX Starship Launch', 'Space', 'rocket', '0 9 * * *', 'once',
     'When is the next SpaceX Starship flight test?', 'SpaceX or the FAA has announced a date or launch window', 'Know the date of the next Starship flight.'),
    ('mortgage-rate-drop', 'Mortgage Rate Drop', 'Finance', 'home', '0 10 * * 1', 'once',
     'What is the current average US 30-year fixed mortgage rate?', 'the average 30-year fixed rate is below 5.5 %', 'Know when the average mortgage rate falls below 5.5 %.'),
    ('northern-lights-london', 'Northern Lights London', 'Nature', 'sparkles', '0 16 * * *', 'always',
     'Is there a high chance of northern lights in southern England tonight or tomorrow?', 'a high KP index or a red aurora alert is forecast for southern England', 'Know when the aurora may be seen near London.'),
    ('vintage-film-restock', 'Vintage Film Restock', 'Photography', 'camera', '0 */4 * * *', 'once',
     'Is Kodak Gold 200 35 mm film available at Analogue Wonderland or Parallax?', 'Kodak Gold 200 is listed as in stock', 'Know when Kodak Gold 200 is back in stock.'),
    ('iphone-18-rumors', 'iPhone 18 Rumors', 'Tech', 'smartphone', '0 9 * * 5', 'always',
     'What are the latest credible leaks about the iPhone 18?', 'a major source has published a new credible leak', 'Hear of new leaks about the next iPhone.'),
    ('weekend-train-strikes-uk', 'Weekend Train Strikes', 'Travel', 'train', '0 10 * * 3', 'always',
     'Are rail strikes planned in the UK this weekend?', 'a strike on a major line is confirmed for the weekend', 'Know of UK rail strikes before the weekend.'),
    ('anthropic-jobs-london', 'Anthropic Jobs London', 'Careers', 'briefcase', '0 9 * * *', 'once',
     'Which prompt engineer or research engineer roles are open at Anthropic in London?', 'a matching role in London is listed', 'Know when a matching role opens in London.'),
    ('gpu-release-monitor', 'GPU Release Monitor', 'Tech', 'cpu', '0 9 * * *', 'once',
     'When is the NVIDIA GeForce RTX 5090 released?', 'a release date has been announced', 'Know when the release date of a graphics card is announced.'),
    ('ps5-pro-stock-alert', 'PS5 Pro Stock Alert', 'Shopping', 'shopping-cart', '0 */2 * * *', 'always',
     'Is the PlayStation 5 Pro in stock at Best Buy?', 'the PS5 Pro is in stock at Best Buy', 'Know when the console can be bought.'),
    ('concert-ticket-tracker', 'Concert Ticket Tracker', 'Events', 'music', '0 */4 * * *', 'always',
     'Are tickets for the Eras Tour 2025 on sale?', 'tickets are on sale', 'Know when tickets are on sale.'),
    ('ai-model-launch-watch', 'AI Model Launch Watch', 'Tech', 'brain', '0 8 * * *', 'once',
     'When is GPT-5 released?', 'a release date of GPT-5 has been announced', 'Know when a new model is launched.'),
    ('summer-program-registration', 'Summer Program Registration', 'Seasonal', 'sun', '0 10 * * 1', 'once',
     'When does registration for summer pool memberships 2026 open?', 'registration is open or has an opening date', 'Know when registration opens.'),
    ('framework-release-tracker', 'Framework Release Tracker', 'Software', 'code', '0 12 * * *', 'once',
     'Is a stable version of React 19 released?', 'a stable version 19 of React is released', 'Know when a framework version is stable.');

CREATE OR REPLACE TRIGGER providers_replace_shipped BEFORE INSERT ON torale.providers
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'off')
    EXECUTE FUNCTION torale_internal.replace_shipped_provider();
CREATE OR REPLACE TRIGGER task_templates_replace_shipped BEFORE INSERT ON torale.task_templates
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'off')
    EXECUTE FUNCTION torale_internal.replace_shipped_template();
CREATE OR REPLACE TRIGGER providers_before_write BEFORE INSERT OR UPDATE ON torale.providers
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'on')
    EXECUTE FUNCTION torale_internal.providers_before_write();
