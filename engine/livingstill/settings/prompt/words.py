"""Words of prompts that belong to no kind of motion and no camera move."""

from __future__ import annotations


def _table(**groups: str) -> dict[str, str]:
    """Return the role of each word: that of the first group that has it."""
    roles = {word: role for role, words in reversed(groups.items()) for word in words.split()}
    return {word: roles[word] for words in groups.values() for word in words.split()}


WAYS = {"left": 180.0, "right": 0.0, "up": 90.0, "down": 270.0}
"""Directions, degrees counter-clockwise, 0 to the right."""

STRENGTHS = {
    0.35: (
        "softest slowest gentlest lightest subtlest tiniest imperceptible barely faintly faint "
        "tiny hardly imperceptibly minimal minimally minimum"
    ),
    0.6: (
        "weaker milder lazier slow slowly slower gentle gently gentler soft softly softer subtle "
        "subtly slight slightly calm calmly calmer light lightly lazily lazy weak weakly little "
        "small mild mildly low less dreamily somewhat quiet quietly peaceful peacefully relaxed "
        "relaxing leisurely delicate delicately reduced tranquil serene dreamy minor tender "
        "tenderly faintest careful carefully"
    ),
    1.5: (
        "fastest strongest biggest much wilder heavier rougher livelier harder louder fast faster "
        "quick quickly quicker strong strongly stronger brisk briskly big large heavy heavily "
        "hard rapid rapidly swift swiftly rough intense intensely vigorous vigorously powerful "
        "powerfully bigger more lots lively energetic energetically dramatic dramatically bold "
        "high aggressive aggressively frantic frantically significant considerably significantly "
        "noticeable noticeably visible visibly choppy pronounced gusty"
    ),
    2.0: (
        "maximum maximal max wildest massively hugely wild wildly violent violently huge furious "
        "furiously massive extreme stormy raging timelapse exaggerated exaggeratedly fierce "
        "fiercely turbulent crazy"
    ),
}
SIZES = {word: size for size, words in STRENGTHS.items() for word in words.split()}
USUAL = frozenset(
    ["medium", "moderate", "moderately", "normal", "normally", "regular", "usual", "usually", "mid"]
)
"""Words of the usual strength, which say nothing where nothing else is said of a thing."""
EXTENTS = frozenset(
    [
        "small",
        "little",
        "tiny",
        "big",
        "bigger",
        "large",
        "huge",
        "massive",
        "low",
        "high",
        "heavy",
        "biggest",
        "tiniest",
    ]
)
"""Adjectives that say of a thing how large it is, and of motion how much there is."""
BOOSTS = {
    "very": 1.35,
    "really": 1.35,
    "super": 1.35,
    "extremely": 1.35,
    "ultra": 1.35,
    "extra": 1.35,
    "mega": 1.35,
    "incredibly": 1.35,
    "insanely": 1.35,
    "so": 1.35,
}
BOOSTS |= {"too": 1.0, "quite": 1.0, "fairly": 1.0, "rather": 1.0, "pretty": 1.0}

QUALITIES = frozenset(
    [
        "natural",
        "naturally",
        "realistic",
        "realistically",
        "nice",
        "nicely",
        "smooth",
        "smoothly",
        "seamless",
        "seamlessly",
        "beautiful",
        "beautifully",
        "elegant",
        "elegantly",
        "stylish",
        "classy",
        "tasteful",
        "cinematic",
        "perfect",
        "lovely",
        "good",
        "great",
        "fine",
        "best",
        "okay",
        "continuous",
        "regular",
        "normal",
        "weird",
        "strange",
        "odd",
        "creepy",
        "funny",
        "silly",
        "ugly",
        "bad",
        "fake",
        "wrong",
        "stiff",
    ]
)
"""What a clip may be more or less of, which is no motion."""
SUBSETS = frozenset(["other", "another", "same", "own", "together", "almost"])
"""Words that compare or tell apart, which no setting does."""
SHARES = frozenset(["some", "part", "piece", "many", "few", "several", "any", "lot"])
"""Words that take a share of what "of" names after them."""
ALL = frozenset(["all", "every", "each", "both", "whole", "entire"])
WHOLE = frozenset(["everything", "all", "anything", "rest", "everywhere"])
RELATIVES = frozenset(["which", "who", "whose"])

COUNTS = frozenset(
    ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "dozen"]
)

MOTIONS = ("motion", "movement", "movements", "animation", "activity", "action")
"""Nouns of motion."""

WIND = {"wind": 1.0, "breeze": 1.0, "gust": 1.2, "gale": 2.5, "windy": 1.5, "breezy": 1.0}
"""Words of the wind, and how strong each is."""

ROLES = _table(
    blow="gusting blow howl gust whip whistle pick picking",
    move=(
        "react respond energy vitality liveliness wiggle jiggle budge move moving motion movement "
        "animate animation animated live alive stir breathe action activity dynamic life"
    ),
    nothing="nothing none",
    negation=(
        "no nope not without never don't dont doesn't doesnt didn't didnt wasn't wasnt isn't isnt wouldn't wouldnt "
        "aren't arent won't wont shouldn't shouldnt mustn't can't cannot neither nor avoid forget skip "
        "ignore ignoring disable zero w/o"
    ),
    still=(
        "still motionless frozen freeze static stationary unmoving immobile fixed stop pause "
        "alone stable unchanged untouched steady lock paused immobilise immobilize"
    ),
    hold="keep hold stay remain leave kept",
    only="only just solely",
    all=(
        "things stuff something elements everything all rest anything else photo pic snapshot "
        "photograph painting drawing artwork footage picture image scene it everywhere"
    ),
    camera="camera cam shot viewpoint drone gimbal steadicam",
    held=(
        "silhouette newlywed bridegroom groomsman groomsmen bridesmaid officiant headline label "
        "brand branding wordmark tagline ppl folk guest guests people person man men woman women "
        "girl boy child children kid baby face couple crowd portrait text lettering letter sign "
        "logo human model bride groom family guy lady watermark caption eye lip mouth head hand "
        "arm leg body pedestrian skin fisherman fishermen tourist finger nose ear grandma grandpa "
        "grandmother grandfather mom mum dad mother father wife husband girlfriend boyfriend son "
        "daughter brother sister friend team audience passenger soldier officer cop toddler "
        "teenager cyclist hiker neck shoulder foot feet chest baker chef nurse student tooth "
        "parent parents grandparent grandparents grandkid grandkids twin twins teeth cheek eyelash eyebrow belly knee"
    ),
    thing=(
        "grate dining steeple feature file vane pendant carousel condensation cherry teaser cover "
        "wedding weekend waterfront seafront riverside lakeside washbasin land pit heat scaffold "
        "area lens blade office corridor hallway hall lobby bedroom bathroom staircase foyer "
        "facade countertop counter backsplash cabinet appliance decor mantel tub pergola poolside "
        "bouquet altar arch aisle venue champagne tux suit tie bowtie packaging perfume jar "
        "sneaker fries sauce cheese soda latte espresso teapot lava match lighter drop droplet "
        "dew firefly fireflies halo architecture construction structure livingroom garden yard "
        "backyard patio porch terrace balcony driveway entrance ceiling bookshelf hotel property "
        "dog cat bird horse animal car boat ship train bus truck plane airplane aeroplane bike "
        "bicycle house building mountain hill rock stone road street bridge tower city town sun "
        "moon beach sand shore window door wall roof chimney table cup mug coffee tea pot food "
        "bottle product room floor chair sofa couch bed fish duck swan cow sheep butterfly bee "
        "insect balloon kite wheel windmill turbine fan swing clock hat ground soil snowman "
        "castle church island sunlight sunbeam moonlight ray cliff stair pier dock jetty deck "
        "fence statue boulder kitchen valley path horizon foreground background sunset sunrise "
        "object furniture kettle traffic vehicle hammock umbrella toy robot doll squirrel rabbit "
        "deer lion subject whale sprinkler hose tap faucet shower dolphin seagull gull flock "
        "desert canyon village skyline landscape seascape coast coastline bank riverbank bench "
        "soup glass mirror tail string cabin spout lighthouse pole monument temple barn hut tent "
        "van motorcycle tractor helicopter goat chicken dragonfly spider wing feather shoe jacket "
        "basket bag pillar column gate dune glacier iceberg ice volcano cave harbour harbor "
        "marina gazebo log wood trunk stem vase bowl plate book screen phone mast rope yacht "
        "sailboat canoe kayak line clothesline rail railing sidewalk pavement highway alley "
        "market stall shop store cafe restaurant pub station airport farm park playground pebble "
        "hearth chandelier necklace earring cap crown sunglasses kitten puppy pet pony parrot owl "
        "eagle pigeon crow ant frog turtle fox wolf bear monkey elephant giraffe tiger pig hen "
        "rooster lamb bull donkey camel jellyfish shark tram subway taxi scooter ferry raft "
        "gondola jet rocket parachute tunnel skyscraper apartment cottage villa mansion palace "
        "mosque cathedral chapel pyramid ruin brick tile sculpture pie jug summit pane stick "
        "manhole peak rooftop doorway ladder elevator desk shelf cupboard wardrobe drawer pillow "
        "carpet rug tv television monitor laptop computer keyboard poster canvas cactus wine beer "
        "cocktail juice noodles ramen pizza burger cake bread fruit apple oven stove grill "
        "barbecue bbq cigarette cigar incense pipe factory engine exhaust machine propeller mill "
        "chain net wire cable antenna billboard box package gift teddy ball guitar piano drum "
        "violin newspaper map globe icicle oasis peninsula buoy anchor camp caravan trailer "
        "railway intersection avenue garage greenhouse silo straw coral aquarium dandelion seed "
        "jewelry jewellery diamond ring planet metal marble concrete leather"
    ),
    effect=(
        "rain snow lightning thunder rainfall snowfall snowflake raindrop hail storm "
        "rainbow aurora firework confetti explosion earthquake tornado hurricane bubble dust "
        "night day dusk dawn daytime nighttime winter summer spring autumn shadow drizzle downpour sleet"
    ),
    act=(
        "warp distort deform streak fizz follow stretch contract expand emerge trot rocking "
        "rocked walk run dance jump smile blink talk speak sing laugh nod wink cry fly drive swim "
        "eat drink kiss hug turn ride grow bloom explode melt open spin rotate bounce rock bob "
        "gallop bark wag chase play swing pour snow skid rain jog hop climb crawl skate surf ski "
        "dive clap shout yell transform morph shrink age sit stand lie sleep wake write type cook "
        "fight vanish disappear appear collapse wave sail flap drip shine throw catch kick march "
        "spread swirl dissolve fade bend shake fall fish row paddle pass cycle hover graze drown "
        "sink roar gaze stare twirl buzz"
    ),
    change=(
        "transition vintage retro vignette grain letterbox reverse rewind ramp exposure "
        "saturation contrast depth-of-field change remove delete erase replace swap colour color "
        "recolor recolour brighten darken blur sharpen crop sharpness enhance upscale restore fix "
        "edit convert cartoon music sound voice song title subtitle narration audio filter sepia "
        "darker switch-on extinguish dim lighten tint paint fade colorize colourise colorise "
        "tiltshift"
    ),
    add="add create generate insert put include draw bring",
    prep=(
        "in on over of from at near by through under across into around between against along "
        "above below behind beside beneath off onto toward towards upon among inside outside past "
        "within amid for throughout beyond"
    ),
    order=(
        "halfway midway first firstly last lastly after afterwards before later finally "
        "eventually again when whenever once if unless whether start starts starting begin begins "
        "beginning ends during either second seconds sec secs minute minutes optionally sometimes "
        "occasionally twice thrice suddenly until end"
    ),
    compass=(
        "downstream middle center centre one left-side right-side top-side bottom-side upper-side "
        "lower-side top-left-side top-right-side bottom-left-side bottom-right-side "
        "upper-left-side upper-right-side lower-left-side lower-right-side from-behind opposite "
        "ones north south east west northern southern eastern western upstream clockwise "
        "anticlockwise diagonally sideways"
    ),
    idle=(
        "suppose tbh it'd vlog sorry hoping ad advert done nah she'd he'd they'd we'd you'd i've we've "
        "they've got trendy continue continues wondering plenty pinterest documentary ambience "
        "ambiance refreshing fits satisfying mesmerizing mesmerising captivating soothing "
        "enchanting charming inviting plan motivated lateral laterally shallow alright moderately "
        "rhythmically organically hypnotically magically warmly romantically majestically "
        "randomly irregularly evenly uniformly surreal haunting nostalgic polished crisp "
        "hyperrealistic photorealistic artsy artistic breathtaking gorgeous adorable sweet cute "
        "fun funny silly tricky umm hmm oh ah whatever otherwise they're exactly precisely um uh "
        "kinda sorta omg lol haha wow obviously website instagram insta tiktok youtube facebook "
        "reel reels straight u ur though although actually basically honestly literally "
        "definitely certainly surely say guys hiya dear good great best fine medium moderate "
        "default strength allowed welcome yep instead both each other same another almost "
        "together every own some piece part which who whose possible think guess attached gimme "
        "overall usual usually yes yeah prefer preferably rather see watch tofro teh style viewer "
        "the a an to it its filmed captured taken viewed seen it's with is are be and then make "
        "making let lets let's please pls plz cheers ta thx thanks thank you kindly i i'd i'll "
        "i'm want would like could can need wish love have having has had do does get give show "
        "that this these those there here my your our their his her as so any such kind sort bit "
        "of way should must will shall might may we they he she effect effects video clip gif "
        "loop cinemagraph cinematic natural naturally realistic realistically nice nicely smooth "
        "smoothly seamless seamlessly continuous continuously constantly constant gradual "
        "gradually how than softly ever while where also too even but or was were being been am "
        "go going come coming looks seem seems feel feels turn try tries apply use using hey hi "
        "hello ok okay well maybe perhaps touch side direction speed pace look sure ensure simply "
        "simple normal normally regular steadily whole entire time gracefully elegantly elegant "
        "classy stylish tasteful movie beautifully beautiful lovely pretty hint amount what frame "
        "frames view atmosphere feeling vibe mood me us him them perfectly completely totally "
        "entirely fully absolutely at-all cause wanna gonna about out away now always onto "
        "endless endlessly forever repeat repeating perfect place point lot across themselves "
        "itself effectively epic moody romantic cozy cosy hypnotic lifelike organic minimalistic "
        "understated playful buttery professional premium luxurious eerie spooky ethereal "
        "whimsical atmospheric immersive loopable infinite dreamlike"
    ),
    adjective=(
        "flat softfocus distance late early asleep perceptible sheer lateral closeup aerial establishing wide pov "
        "ots weird strange odd creepy funny silly ugly bad fake wrong stiff exterior interior "
        "twilight overcast modern red blue green white black grey gray golden yellow orange pink "
        "purple brown silver dark bright deep tall long short old young new wet dry warm cold hot "
        "cool cloudy sunny foggy misty snowy rainy grassy leafy wavy curly fluffy puffy distant "
        "close near far nearby clear open calming magic magical wooden stone sandy rocky autumn "
        "spring lush thick thin wispy fresh lone lower upper main single few many several evening "
        "morning afternoon night ambient blurry fine christmas fairy burnt ancient overhead "
        "colourful colorful turquoise crystal round front back tropical crowded empty busy neon "
        "panorama panoramic macro"
    ),
)
"""Every other word that is known, and its role in a sentence."""
