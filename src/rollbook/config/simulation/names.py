"""Lists to draw invented people, streets and schools from. Any likeness to a person is chance."""

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Each community's forenames for girls and for boys, and its surnames; the share is out of a hundred pupils.
COMMUNITIES: Final[tuple[tuple[int, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...]] = (
    (
        46,
        "WBRI",
        _words(
            "Abigail Alice Amelia Bethany Charlotte Chloe Daisy Eleanor Ella Ellie Emily Erin "
            "Esme Evie Florence Freya Georgia Grace Hannah Harriet Holly Imogen Isla Jessica "
            "Kayleigh Lacey Lily Lottie Lucy Maisie Matilda Megan Millie Molly Nancy Olivia "
            "Phoebe Poppy Rosie Ruby Scarlett Sienna Sophie Summer Willow"
        ),
        _words(
            "Adam Alfie Archie Arthur Ashton Bailey Ben Bradley Callum Charlie Connor Daniel "
            "Dylan Edward Ethan Finley Freddie George Harley Harrison Harvey Henry Jack Jacob "
            "Jake James Joe Joshua Jude Kian Kieran Leo Lewis Liam Logan Louie Luke Mason Max "
            "Nathan Noah Oliver Oscar Ralph Reece Riley Rory Ryan Sam Theo Toby Tyler"
        ),
        _words(
            "Abbott Allsop Ashcroft Atkins Baines Barlow Bassett Beckett Birch Bolton "
            "Bradshaw Bright Brookes Burrows Carver Chadwick Clarke Coleman Cooper Cotterill "
            "Crane Dalton Dawes Dixon Doyle Draper Eccles Elliott Fellows Fletcher Foster "
            "Gibbons Goode Grainger Hadley Hale Hartley Haynes Hewitt Holloway Hulme Ingram "
            "Jarvis Jeavons Kendrick Kirby Lawton Lockley Marlow Mercer Millward Moseley Nock "
            "Norris Oakley Partridge Pearce Penn Perks Pugh Quinn Rowley Rudge Sadler Sheldon "
            "Skelton Smallwood Tandy Thorpe Underhill Vale Wainwright Walsh Webb Whitlock "
            "Woodhall Wright Yardley"
        ),
    ),
    (
        16,
        "APKN",
        _words(
            "Aisha Aleena Amina Anaya Ayesha Faiza Fatima Hafsa Hania Haleema Iqra Khadija "
            "Laiba Maryam Mehreen Noor Rabia Safa Saira Sana Sumaira Zahra Zainab Zara"
        ),
        _words(
            "Aahil Adnan Ahmed Ali Aryan Bilal Ehsan Faisal Hamza Haris Hassan Ibrahim Idris "
            "Imran Ismail Junaid Mustafa Omar Rayyan Saad Shayan Sufyan Taha Usman Yusuf Zain "
            "Zayd"
        ),
        _words(
            "Ahmad Akhtar Ali Anwar Aslam Bashir Butt Chaudhry Farooq Ghani Hussain Iqbal "
            "Jamil Javed Kayani Khan Mahmood Malik Mirza Nawaz Parvez Qureshi Rafiq Raja "
            "Rashid Saleem Sharif Siddiqui Tariq Yaqub Zaman"
        ),
    ),
    (
        6,
        "AIND",
        _words(
            "Aanya Anjali Avneet Diya Harleen Isha Jasleen Kiran Manpreet Meera Nisha Priya Rhea Simran Tanvi"
        ),
        _words(
            "Aarav Arjan Arun Dev Gurdeep Harjit Jai Jasvir Karan Manveer Nikhil Rohan Sahil "
            "Tarun Veer Vikram"
        ),
        _words(
            "Atwal Bains Chahal Desai Dhillon Gill Joshi Kalsi Kaur Mistry Nagra Panesar "
            "Patel Sandhu Shah Sharma"
        ),
    ),
    (
        5,
        "ABAN",
        _words("Anika Farzana Jannat Labiba Maliha Nafisa Nusrat Raisa Sabiha Samira Tahmina Tasnim"),
        _words("Abid Arif Fahim Ishaq Jubair Kamran Mahin Nabil Rafi Rakib Sadik Tanvir Zubair"),
        _words("Ahmed Alam Begum Chowdhury Haque Islam Kabir Karim Miah Rahman Sarkar Talukdar Uddin"),
    ),
    (
        7,
        "BCRB",
        _words("Aaliyah Alisha Destiny Ebony Jada Kayla Keisha Lashana Naomi Nia Renee Shanice Tianna Zoe"),
        _words(
            "Andre Curtis Darius Dominic Elijah Isaiah Jaden Jerome Kai Leon Malachi Marcus "
            "Micah Nathaniel Xavier"
        ),
        _words(
            "Bailey Beckford Blackwood Bogle Campbell Clarke Dacosta Edwards Francis Grant "
            "Lawrence Morgan Nelson Reid"
        ),
    ),
    (
        7,
        "BAFR",
        _words(
            "Abena Adaeze Amara Ayaan Blessing Chidera Favour Hodan Ifeoma Makena Nasra Ruth "
            "Sagal Temi Yewande"
        ),
        _words(
            "Abdi Ayomide Chidi David Emeka Ezra Gideon Joel Kofi Kwame Liban Mustaf Samuel Tendai Tobi Yonis"
        ),
        _words(
            "Abdullahi Adeyemi Afolabi Banda Boateng Eze Farah Mensah Moyo Ndlovu Nwosu "
            "Okafor Okoro Osei Warsame"
        ),
    ),
    (
        5,
        "WOTH",
        _words(
            "Alicja Bianca Daria Emilia Ioana Julia Katarzyna Lena Maja Natalia Oliwia Raluca Sofia Zuzanna"
        ),
        _words(
            "Adrian Aleksander Andrei Dawid Filip Jakub Kacper Luca Marek Mateusz Mihai Oskar "
            "Radu Szymon Tomasz"
        ),
        _words(
            "Balan Dąbrowski Ionescu Kamiński Kowalski Lewandowski Mazur Nowak Popa Radu Stan Wójcik Zając"
        ),
    ),
    (
        5,
        "MWBC",
        _words("Amber Crystal Gabrielle Jasmine Leah Lola Mia Paige Savannah Skye Tia Yasmin"),
        _words("Aiden Blake Cameron Corey Jayden Jordan Kaden Levi Rio Tyrese Zachary Zion"),
        _words("Bennett Brown Dixon Graham Hamilton Henry Johnson Lewis Palmer Powell Simpson Watson"),
    ),
    (
        3,
        "AOTH",
        _words("Dilan Hana Layla Linh Mina Nour Rana Shadi Tala Yara"),
        _words("Ashwin Bao Daniyal Karim Minh Navid Omid Sami Tariq Zaki"),
        _words("Ahmadi Aziz Barzani Fernando Haddad Hashimi Nguyen Noori Rahimi Saleh Tran"),
    ),
)

PARENT_FORENAMES: Final = (
    _words(
        "Amanda Angela Anita Bernadette Carla Claire Dawn Deborah Donna Emma Farah Fiona "
        "Gemma Gurpreet Helen Jacqueline Janet Joanne Karen Kelly Lisa Lorraine Mandeep "
        "Maria Michelle Nadia Natasha Nicola Rachel Rebecca Rukhsana Samantha Sarah "
        "Shabana Sharon Stephanie Tracey Uzma Veronica Yvonne"
    ),
    _words(
        "Aaron Abdul Andrew Anthony Asif Brian Carl Christopher Craig Darren David Dean "
        "Derek Gary Graham Ian Jason Jeremy Kamal Kevin Lee Mark Martin Matthew Michael "
        "Neil Nigel Patrick Paul Peter Philip Rajesh Richard Robert Sajid Scott Shaun "
        "Simon Stephen Wayne"
    ),
)

STREET_NAMES: Final = _words(
    "Amberwick Aldersyke Bellhollow Brackenfold Cindermere Coldharrow Copperwell "
    "Dovermill Ellerwick Fennimore Foxhallow Gadwell Greystock Halewick Harrowmead "
    "Hollinbeck Ironbeck Kestrelmere Ladywick Larkmere Lockhallow Mallowfield "
    "Millstrand Needlemere Osierwell Pinfoldby Quillbrook Ravensyke Rushwick "
    "Saltermead Smithwick Tanfallow Thistlemere Tollgarth Underfold Wharfmere "
    "Whitfallow Withymoor Wrenfold Yarrowby"
)
STREET_KINDS: Final = (
    "Road",
    "Road",
    "Street",
    "Avenue",
    "Lane",
    "Grove",
    "Close",
    "Drive",
    "Walk",
    "Terrace",
    "Croft",
)
DISTRICTS: Final = ("Eastmere", "Northfold", "Ashwell Green", "Kilnbrook", "Stanmoor", "Whitlow Heath")

SCHOOL_TREES: Final = _words(
    "Alderbrook Ashfold Beechmere Birchwell Brambleside Cedarholt Elderfield Elmstead "
    "Fernhollow Hazelbeck Hollymount Juniper Larchwood Lindenhurst Maplecroft "
    "Oakhollow Pinehurst Rowanbank Sorrelfield Sycamore Willowmead Yewdale"
)

ROUTES: Final = (
    "Taxi, route 3",
    "Taxi, route 7",
    "Minibus, route A",
    "Minibus, route B",
    "Walks",
    "Parent drives",
)
MEDICAL_NOTES: Final = (
    "Asthma: blue inhaler in the school office.",
    "Epilepsy: care plan in the medical room.",
    "Allergic to nuts: two adrenaline pens, one with the group.",
    "Type 1 diabetes: care plan in the medical room.",
    "Wears hearing aids.",
)
